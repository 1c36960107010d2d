"""Run one example with everything it needs, and show the sessions that come of it.

`make example ARGS=batch_job`: a server with a file of its own, the stand-in provider unless
OPENAI_BASE_URL names another, and OpenTelemetry's launcher. Without a name it says which there are.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx2

from helicone_otel.demo.provider import StandInProvider
from helicone_otel.demo.server_process import start_server

HERE = Path(__file__).parent
PATTERNS = ("research_agent", "chatbot", "content_generator")
SCRIPTS = ("research_agent_headers", "batch_job", "langgraph_agent")
OTHERS = ("fastapi_app", "two_services", "otlp_json")
Environment = dict[str, str]


def main(names: Sequence[str]) -> None:
    """Run the examples called *names*, one after the other."""
    known = (*PATTERNS, *SCRIPTS, *OTHERS)
    if not names or not {*names} <= {*known}:
        sys.exit(f"Name one of: {', '.join(known)}")
    with TemporaryDirectory() as folder, ExitStack() as open_until_end:
        database = Path(folder, "sessions.db")
        server = start_server(database, port=0, grpc_port=0)
        open_until_end.callback(server.stop)
        provider_url = os.environ.get("OPENAI_BASE_URL")
        if not provider_url:
            provider_url = open_until_end.enter_context(StandInProvider()).base_url
        for name in names:
            run(name, environment(server.url, provider_url))
        show(database)


def environment(server_url: str, provider_url: str) -> Environment:
    """Return what an example is told: where spans go, where the model is, who may see headers."""
    return {
        "OPENAI_API_KEY": "none",
        **os.environ,
        "OPENAI_BASE_URL": provider_url,
        "HELICONE_OTEL_HOSTS": urlsplit(provider_url).netloc,
        "HELICONE_OTEL_URL": server_url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": server_url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
    }


def run(name: str, told: Environment) -> None:
    """Run one example to its end."""
    match name:
        case "otlp_json":
            subprocess.run(["sh", HERE / "otlp_json.sh"], env=told, check=True)
        case "fastapi_app":
            port = free_port()
            with launched(HERE / "fastapi_app.py", told | {"APP_PORT": str(port)}):
                ask_application(port)
        case "two_services":
            own = {"OTEL_SERVICE_NAME": "backend", "BACKEND_PORT": "0"}
            with launched(HERE / name / "backend.py", told | own) as backend:
                assert backend.stdout is not None
                url = backend.stdout.readline().strip()
                own = {"OTEL_SERVICE_NAME": "frontend", "BACKEND_URL": url}
                subprocess.run(command(HERE / name / "frontend.py"), env=told | own, check=True)
        case name if name in PATTERNS:
            subprocess.run(command("-m", f"helicone_otel.demo.{name}"), env=told, check=True)
        case _:
            subprocess.run(command(HERE / f"{name}.py"), env=told, check=True)


def command(*arguments: str | Path) -> list[str | Path]:
    launcher = Path(sys.executable).with_name("opentelemetry-instrument")
    return [launcher, sys.executable, *arguments]


@contextmanager
def launched(script: Path, told: Environment) -> Iterator[subprocess.Popen[str]]:
    """Run a service until the block ends, its spans sent."""
    with subprocess.Popen(command(script), env=told, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)  # as Ctrl-C: uvicorn dies of others, spans unsent


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def ask_application(port: int) -> None:
    transport = httpx2.HTTPTransport(retries=9)  # until it listens
    with httpx2.Client(transport=transport, trust_env=False) as client:
        url = f"http://127.0.0.1:{port}/trips/Lisbon/plan"
        print(client.post(url, timeout=60).raise_for_status().json()["plan"])


def show(database: Path) -> None:
    """Print the sessions as the command line shows them."""
    ask = [sys.executable, "-m", "helicone_otel.cli"]
    asked = [*ask, "sessions", "--db", str(database), "--json"]
    listed = subprocess.run(asked, check=True, capture_output=True, text=True)
    for session in json.loads(listed.stdout)["sessions"]:
        print(flush=True)
        subprocess.run([*ask, "show", session["session_id"], "--db", str(database)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
