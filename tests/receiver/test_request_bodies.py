"""Bodies on the wire: how long they may be, how they may be compressed."""

import gzip
import logging
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from helicone_otel.model import Encoding, ExportOutcome
from helicone_otel.receiver import Export

Serve = Callable[[Export], str]

LIMIT = 1024 * 1024
"""What the server fixture accepts."""


class Recorder:
    """Keeps the bodies it is given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, body: bytes, _encoding: Encoding) -> ExportOutcome:
        self.bodies.append(body)
        return ExportOutcome(accepted=1)


def post(
    url: str, content: bytes | Iterator[bytes], content_encoding: str = "identity"
) -> httpx.Response:
    headers = {"content-type": "application/json", "content-encoding": content_encoding}
    return httpx.post(f"{url}/v1/traces", content=content, headers=headers, timeout=30)


def zeros_in_gzip(size: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    step = bytes(1024 * 1024)
    return b"".join(packer.compress(step) for _ in range(size // len(step))) + packer.flush()


@pytest.mark.parametrize(
    ("content_encoding", "sent"),
    [
        pytest.param("identity", b"span " * 99, id="identity"),
        pytest.param("", b"span " * 99, id="empty header"),
        pytest.param("gzip", gzip.compress(b"span " * 99), id="gzip"),
        pytest.param("GZip", gzip.compress(b"span " * 99), id="any case"),
        pytest.param("deflate", zlib.compress(b"span " * 99), id="deflate"),
        pytest.param(
            "gzip", b"".join(gzip.compress(b"span ") for _ in range(99)), id="gzip of many members"
        ),
    ],
)
def test_a_body_arrives_plain(serve: Serve, content_encoding: str, sent: bytes) -> None:
    recorder = Recorder()
    assert post(serve(recorder), sent, content_encoding).status_code == 200
    assert recorder.bodies == [b"span " * 99]


def test_a_chunked_body_arrives_whole(serve: Serve) -> None:
    recorder = Recorder()
    assert post(serve(recorder), iter([b"one ", b"two ", b"three"])).status_code == 200
    assert recorder.bodies == [b"one two three"]


def test_a_body_of_exactly_the_limit_is_accepted(serve: Serve) -> None:
    url = serve(Recorder())
    assert post(url, bytes(LIMIT)).status_code == 200
    assert post(url, zeros_in_gzip(LIMIT), "gzip").status_code == 200


@pytest.mark.parametrize(
    ("content_encoding", "sent"),
    [
        pytest.param("identity", bytes(LIMIT + 1), id="one byte too many"),
        pytest.param("gzip", gzip.compress(bytes(LIMIT + 1)), id="one byte after gzip"),
        pytest.param("deflate", zlib.compress(bytes(LIMIT + 1)), id="one byte after deflate"),
        pytest.param("gzip", gzip.compress(bytes(LIMIT // 2)) * 3, id="members share the budget"),
    ],
)
def test_a_body_over_the_limit_is_refused(serve: Serve, content_encoding: str, sent: bytes) -> None:
    recorder = Recorder()
    response = post(serve(recorder), sent, content_encoding)
    assert response.status_code == 413
    assert response.json()["code"] == 8
    assert response.json()["message"].endswith("send smaller batches")
    assert recorder.bodies == []


def test_a_chunked_body_over_the_limit_is_refused(serve: Serve) -> None:
    response = post(serve(Recorder()), iter([bytes(LIMIT // 2)] * 5))
    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/v1/logs", "/v1/metrics"])
def test_logs_and_metrics_have_the_same_limit(serve: Serve, path: str) -> None:
    headers = {"content-type": "application/json"}
    response = httpx.post(serve(Recorder()) + path, content=bytes(LIMIT + 1), headers=headers)
    assert response.status_code == 413


def test_a_gzip_bomb_is_refused_with_little_memory(serve: Serve) -> None:
    url, bomb = serve(Recorder()), zeros_in_gzip(200 * 1024 * 1024)
    tracemalloc.start()
    try:
        response = post(url, bomb, "gzip")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert response.status_code == 413
    assert peak_bytes < 4 * LIMIT


@pytest.mark.parametrize(
    ("content_encoding", "sent", "said"),
    [
        pytest.param("gzip", b"", "ends too early, expected complete gzip data", id="empty"),
        pytest.param(
            "gzip",
            gzip.compress(b"x" * 99)[:-4],
            "ends too early, expected complete gzip",
            id="cut",
        ),
        pytest.param(
            "gzip",
            gzip.compress(b"x") + gzip.compress(b"y")[:9],
            "ends too early, expected complete gzip data",
            id="second member cut",
        ),
        pytest.param("gzip", b"{}", "incorrect header check), expected gzip data", id="plain"),
        pytest.param(
            "gzip", gzip.compress(b"x") + b"{}", "incorrect header check", id="plain after gzip"
        ),
        pytest.param(
            "gzip", gzip.compress(b"") * 4_097, "data follows the end", id="thousands of members"
        ),
        pytest.param(
            "deflate", zlib.compress(b"x")[:-1], "ends too early, expected complete", id="cut zlib"
        ),
        pytest.param(
            "deflate", zlib.compress(b"x") * 2, "data follows the end", id="after the zlib stream"
        ),
        pytest.param("deflate", b"{}", "expected deflate (zlib) data", id="plain for zlib"),
    ],
)
def test_broken_compression_is_a_bad_request_that_says_why(
    serve: Serve, content_encoding: str, sent: bytes, said: str
) -> None:
    response = post(serve(Recorder()), sent, content_encoding)
    assert response.status_code == 400
    assert said in response.json()["message"]


def test_a_connection_closed_inside_the_body_is_refused_quietly(
    serve: Serve, refused: threading.Event
) -> None:
    recorder = Recorder()
    address = urlsplit(serve(recorder))
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
            b"content-length: 100\r\n\r\n{"
        )
    assert refused.wait(20)
    assert recorder.bodies == []


@pytest.fixture
def refused() -> Iterator[threading.Event]:
    """Set once the receiver logs that it refused a request."""
    seen, log = threading.Event(), logging.getLogger("helicone_otel.receiver.failures")

    def look(record: logging.LogRecord) -> bool:
        if record.levelno == logging.DEBUG:
            seen.set()
        return True

    log.addFilter(look)
    log.setLevel(logging.DEBUG)
    yield seen
    log.setLevel(logging.NOTSET)
    log.removeFilter(look)
