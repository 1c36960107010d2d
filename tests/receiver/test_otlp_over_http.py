"""What OTLP/HTTP clients see: status, headers and body for every kind of request."""

from collections.abc import Callable, Mapping

import httpx
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from helicone_otel.errors import (
    BadPayload,
    HeliconeOtelError,
    StoreUnavailable,
    TooLarge,
)
from helicone_otel.model import Encoding, ExportOutcome, Rejection
from helicone_otel.receiver import Export

Serve = Callable[[Export], str]

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
PATHS = ["/v1/traces", "/v1/logs", "/v1/metrics"]
INVALID, EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 3, 8, 12, 13, 14


def accept(_body: bytes, _encoding: Encoding) -> ExportOutcome:
    return ExportOutcome(accepted=1)


def failing_with(error: Exception) -> Export:
    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        raise error

    return export


def status_of(response: httpx.Response) -> tuple[int, str]:
    """Return code and message of the google.rpc.Status in either encoding."""
    if response.headers["content-type"] == "application/json":
        document = response.json()
        return document["code"], document["message"]
    assert response.headers["content-type"] == "application/x-protobuf"
    status = Status.FromString(response.content)
    return status.code, status.message


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("headers", "body"), [(PROTOBUF, b""), (JSON, b"{}")])
def test_success_answers_in_the_encoding_of_the_request(
    serve: Serve, path: str, slash: str, headers: Mapping[str, str], body: bytes
) -> None:
    response = httpx.post(f"{serve(accept)}{path}{slash}", content=b"", headers=headers)
    assert response.status_code == 200
    assert response.content == body
    assert response.headers["content-type"] == headers["content-type"]


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("application/x-protobuf", Encoding.PROTOBUF),
        ("Application/X-Protobuf", Encoding.PROTOBUF),
        ("application/json", Encoding.JSON),
        ("application/json; charset=utf-8", Encoding.JSON),
        ("APPLICATION/JSON ;charset=utf-8", Encoding.JSON),
    ],
)
def test_the_body_reaches_export_as_sent_with_its_encoding(
    serve: Serve, content_type: str, encoding: Encoding
) -> None:
    taken: list[tuple[bytes, Encoding]] = []

    def export(body: bytes, encoding: Encoding) -> ExportOutcome:
        taken.append((body, encoding))
        return ExportOutcome(accepted=1)

    url = serve(export) + "/v1/traces"
    httpx.post(url, content=b"\x00\xff body", headers={"content-type": content_type})
    assert taken == [(b"\x00\xff body", encoding)]


def test_rejected_spans_are_a_partial_success(serve: Serve) -> None:
    def export(_body: bytes, _encoding: Encoding) -> ExportOutcome:
        return ExportOutcome(accepted=1, rejections=[Rejection(index=1, reason="no id")])

    response = httpx.post(serve(export) + "/v1/traces", content=b"", headers=PROTOBUF)
    partial = ExportTraceServiceResponse.FromString(response.content).partial_success
    assert response.status_code == 200
    assert partial.rejected_spans == 1
    assert partial.error_message == "1 of 2 spans were rejected: span 1: no id"


@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
@pytest.mark.parametrize(
    ("error", "http_status", "code"),
    [
        pytest.param(BadPayload("bad"), 400, INVALID, id="a bad payload is not retried"),
        pytest.param(TooLarge("large"), 413, EXHAUSTED, id="too large is not retried"),
        pytest.param(StoreUnavailable("full"), 503, UNAVAILABLE, id="a full store is retried"),
    ],
)
def test_each_error_has_its_otlp_status(
    serve: Serve,
    headers: Mapping[str, str],
    error: HeliconeOtelError,
    http_status: int,
    code: int,
) -> None:
    response = httpx.post(serve(failing_with(error)) + "/v1/traces", headers=headers)
    assert response.status_code == http_status
    assert status_of(response) == (code, str(error))
    assert response.headers["content-type"] == headers["content-type"]


@pytest.mark.parametrize(
    ("error", "retry_after"), [(StoreUnavailable("full"), "1"), (BadPayload("bad"), None)]
)
def test_only_a_temporary_failure_says_when_to_retry(
    serve: Serve, error: HeliconeOtelError, retry_after: str | None
) -> None:
    response = httpx.post(serve(failing_with(error)) + "/v1/traces", headers=PROTOBUF)
    assert response.headers.get("retry-after") == retry_after


def test_an_unforeseen_error_is_logged_and_tells_nothing(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    url = serve(failing_with(ZeroDivisionError("secret"))) + "/v1/traces"
    response = httpx.post(url, headers=JSON)
    assert response.status_code == 500
    assert status_of(response)[0] == INTERNAL
    assert "secret" not in response.text
    assert "ZeroDivisionError: secret" in caplog.text


def test_an_error_in_json_is_readable_with_curl(serve: Serve) -> None:
    url = serve(failing_with(BadPayload("what was wrong"))) + "/v1/traces"
    text = httpx.post(url, headers=JSON).text
    assert text == '{\n  "code": 3,\n  "message": "what was wrong"\n}\n'


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "said"),
    [
        pytest.param({}, "Content-Type is missing", id="none"),
        pytest.param({"content-type": ""}, "Content-Type is ''", id="empty"),
        pytest.param({"content-type": "text/plain"}, "Content-Type is 'text/plain'", id="text"),
    ],
)
def test_another_content_type_is_told_both_it_may_be(
    serve: Serve, path: str, headers: Mapping[str, str], said: str
) -> None:
    response = httpx.post(serve(accept) + path, content=b"x", headers=headers)
    assert response.status_code == 415
    expected = f"{said}, expected application/x-protobuf or application/json"
    assert status_of(response) == (INVALID, expected)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "identity, gzip", "gzip,"])
def test_another_or_a_stacked_content_encoding_is_refused(
    serve: Serve, path: str, encoding: str
) -> None:
    headers = {**JSON, "content-encoding": encoding}
    response = httpx.post(serve(accept) + path, content=b"x", headers=headers)
    assert response.status_code == 415
    expected = f"Content-Encoding is {encoding!r}, expected one of identity, gzip, deflate"
    assert status_of(response) == (INVALID, expected)


def test_a_repeated_content_encoding_header_is_stacked_too(serve: Serve) -> None:
    headers = [*JSON.items(), ("content-encoding", "gzip"), ("content-encoding", "gzip")]
    response = httpx.post(serve(accept) + "/v1/traces", content=b"x", headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/traces/", "/v1/logs", "/v1/metrics/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_is_told_to_post(serve: Serve, path: str, method: str) -> None:
    response = httpx.request(method, serve(accept) + path, headers=JSON)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    if method != "HEAD":
        assert status_of(response) == (UNIMPLEMENTED, f"the method is {method}, expected POST")


def test_other_routes_of_the_app_keep_their_own_errors(serve: Serve) -> None:
    response = httpx.get(serve(accept) + "/elsewhere")
    assert response.json() == {"detail": "Not Found"}
