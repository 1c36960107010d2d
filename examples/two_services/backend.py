"""The second of two services: it knows nothing of sessions, only its caller's trace."""

import os
import signal
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openai import OpenAI
from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind

ROUTE = "/sights"
SCOPE = "two_services.backend"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != ROUTE:
            self.send_error(404)
            return
        carrier = {name.lower(): value for name, value in self.headers.items()}
        with trace.get_tracer(SCOPE).start_as_current_span(
            f"GET {ROUTE}",
            context=extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": "GET", "http.route": ROUTE, "url.path": ROUTE},
        ) as span:
            self.send_text(suggest_sights())
            span.set_attribute("http.response.status_code", 200)

    def send_text(self, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def suggest_sights() -> str:
    with trace.get_tracer(SCOPE).start_as_current_span("suggest"), OpenAI() as client:
        completion = client.chat.completions.create(
            model=os.environ.get("OPENAI_MODEL", "gpt-4o-mini"),
            messages=[{"role": "user", "content": "Which sights of Lisbon suit a rainy morning?"}],
        )
    return completion.choices[0].message.content or ""


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the last spans are sent
    port = int(os.environ.get("BACKEND_PORT", "8790"))
    with suppress(KeyboardInterrupt), ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
