"""The server answers; it never calls anybody."""

import subprocess
import sys
from pathlib import Path

import grpc
import httpx

import otlp_json

# Python tells its audit hooks of every attempt to connect, to look a name up or to start a program.
GUARDED = """
import socket
import sys
FORBIDDEN = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
             "socket.gethostbyname", "urllib.Request", "subprocess.Popen", "os.system", "os.exec")
def is_within(event, arguments):  # the relay of gRPC: no address of a network
    return event == "socket.connect" and arguments[0].family == socket.AF_UNIX
def watch(event, arguments):
    if event in FORBIDDEN and not is_within(event, arguments):
        print("forbidden:", event, arguments, file=sys.stderr, flush=True)
sys.addaudithook(watch)
from helicone_otel.cli import main
main()
"""
MODEL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o-mini",
    "server.address": "203.0.113.7",
    "url.full": "http://203.0.113.7/",
    "session.id": "s",
}


def test_a_working_server_connects_to_nobody(tmp_path: Path) -> None:
    options = ["--port", "0", "--grpc-port", "0", "--db", str(tmp_path / "s.db")]
    with subprocess.Popen(
        [sys.executable, "-c", GUARDED, "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        url, grpc_address = words[3], next(word for word in words[4:] if word[0].isdigit())
        span = otlp_json.span("ab" * 16, "1" * 16, kind=3, attributes=MODEL)
        with httpx.Client(base_url=url) as client:
            assert client.post("/v1/traces", json=otlp_json.request([span])).status_code == 200
            for path in (
                "/api/sessions",
                "/api/sessions/s",
                "/metrics",
                "/readyz",
                "/openapi.json",
            ):
                assert client.get(path).status_code == 200
        with grpc.insecure_channel(grpc_address) as channel:
            method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
            channel.unary_unary(method)(b"", timeout=20)
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said == ""
