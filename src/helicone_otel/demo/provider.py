"""A stand-in for LLM providers, served on loopback.

It speaks the APIs of OpenAI, Anthropic, Gemini and Cohere, at one address.
It calls no model: answers are canned and usage is estimated from the lengths of texts.
Run it alone with `python -m helicone_otel.demo.provider --port 8787`.
"""

import json
import logging
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from ..semconv import HEADER_REQUEST_ID
from .apis import reply_to
from .journal import Journal, JournalEntry
from .replies import BREAKING_MODEL, Json, Reply

HOST = "127.0.0.1"
JOURNAL_URL_PATH = "/_journal"
FIRST_TOKEN_SECONDS = 0.02
TOKEN_SECONDS = 0.0004

log = logging.getLogger(__name__)


class StandInProvider:
    """A server in a thread of its own, for as long as its `with` block lasts.

    It owns the port from construction on. Everything here may be used from any thread.
    """

    def __init__(self, *, port: int = 0) -> None:
        """Bind *port* of the loopback interface; 0 picks a free one."""
        self._server = _Server((HOST, port), _Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        """The value for `OPENAI_BASE_URL`; other SDKs take it without its `/v1`."""
        return f"http://{HOST}:{self._server.server_port}/v1"

    @property
    def journal(self) -> list[JournalEntry]:
        """The requests answered so far; also served as JSON at `/_journal`."""
        return self._server.journal.entries()

    def __enter__(self) -> Self:
        self._thread.start()
        log.info("stand-in provider listens at %s", self.base_url)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        super().__init__(address, handler)
        self.journal = Journal()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the base class's
        """Log what ended a connection: callers may leave when they like."""
        log.debug("the connection from %s ended: %r", client_address, sys.exception())


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body are written apart: with Nagle's algorithm each answer would wait for an ACK.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self._url_path() == JOURNAL_URL_PATH:
            self._send(200, [asdict(entry) for entry in self.server.journal.entries()])
        else:
            self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._read_body())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        log.debug(format, *args)

    def _answer(self, body: bytes) -> None:
        reply = reply_to(self.command, self._url_path(), body)
        self._record(reply)
        time.sleep(FIRST_TOKEN_SECONDS)
        with suppress(ConnectionError):  # the caller may leave early
            if reply.events:
                self._send_events(reply)
            else:
                time.sleep(TOKEN_SECONDS * reply.output_tokens)
                self._send(reply.status, reply.document)

    def _record(self, reply: Reply) -> None:
        entry = JournalEntry(
            url_path=self._url_path(),
            model=reply.model,
            headers=self._helicone_headers(),
            status=reply.status,
        )
        self.server.journal.record(entry)

    def _url_path(self) -> str:
        return urlsplit(self.path).path

    def _helicone_headers(self) -> dict[str, str]:
        lowered = ((name.lower(), value) for name, value in self.headers.items())
        return {name: value for name, value in lowered if name.startswith("helicone-")}

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.close_connection = True  # where the next request begins is not known
            return b""
        return self.rfile.read(int(length))

    def _send(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self._send_head(status, "application/json", {"Content-Length": str(len(body))})
        self.wfile.write(body)

    def _send_events(self, reply: Reply) -> None:
        """Write server-sent events, one HTTP chunk each, at the pace of the whole answer."""
        self._send_head(reply.status, "text/event-stream", {"Transfer-Encoding": "chunked"})
        pause_seconds = TOKEN_SECONDS * reply.output_tokens / len(reply.events)
        for event in _before_breaking_off(reply):
            self._write_chunk(_event_text(event, named=reply.named_events).encode())
            time.sleep(pause_seconds)
        if reply.model == BREAKING_MODEL:
            self.close_connection = True
            return
        if reply.last_event is not None:
            self._write_chunk(f"data: {reply.last_event}\n\n".encode())
        self._write_chunk(b"")

    def _send_head(self, status: int, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if request_id := self.headers.get(HEADER_REQUEST_ID):
            self.send_header("Helicone-Id", request_id)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _write_chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))


def _before_breaking_off(reply: Reply) -> Sequence[Json]:
    breaks = reply.model == BREAKING_MODEL
    return reply.events[: len(reply.events) // 2] if breaks else reply.events


def _event_text(event: Json, *, named: bool) -> str:
    name = f"event: {event['type']}\n" if named else ""
    return f"{name}data: {json.dumps(event)}\n\n"


def main() -> None:
    """Serve until interrupted."""
    parser = ArgumentParser(description="Serve a stand-in for an OpenAI-shaped LLM provider.")
    parser.add_argument("--port", type=int, default=8787, help="0 picks a free port")
    with suppress(KeyboardInterrupt), StandInProvider(port=parser.parse_args().port) as provider:
        print(f"OPENAI_BASE_URL={provider.base_url}", flush=True)  # noqa: T201 - a script's output
        Event().wait()


if __name__ == "__main__":
    main()
