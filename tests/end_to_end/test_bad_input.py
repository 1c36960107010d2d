"""Bad input gets a precise answer and never costs good data."""

import gzip
import json
from urllib.parse import quote

import httpx
import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

import otlp_json
from helicone_otel.mapping import WANTED_ATTRIBUTES
from helicone_otel.model import Encoding
from helicone_otel.otlp import decode, encode_request
from running import RunningServer

PROTOBUF, JSON = "application/x-protobuf", "application/json"
TRACE = "a" * 32


@pytest.mark.parametrize(
    ("content_type", "encoding", "body", "status", "said"),
    [
        (PROTOBUF, "", b"\x0a\xffbroken", 400, "OTLP export request"),
        (JSON, "", b'{"resourceSpans": [', 400, "JSON"),
        (JSON, "", b"[]", 400, "object"),
        ("text/plain", "", b"{}", 415, "application/x-protobuf"),
        (JSON, "gzip", b"this is not gzip", 400, "gzip"),
        (JSON, "gzip", gzip.compress(b"{}" * 99, mtime=0)[:-9], 400, "gzip"),
        (JSON, "br", b"{}", 415, "gzip"),
    ],
)
def test_a_bad_request_is_told_what_was_expected(
    server: RunningServer, content_type: str, encoding: str, body: bytes, status: int, said: str
) -> None:
    headers = {"Content-Type": content_type} | ({"Content-Encoding": encoding} if encoding else {})
    answer = server.http.post("/v1/traces", content=body, headers=headers)
    assert answer.status_code == status
    assert said in message_of(answer)


def message_of(answer: httpx.Response) -> str:
    if answer.headers["Content-Type"] == JSON:
        return str(answer.json()["message"])
    return str(Status.FromString(answer.content).message)


def test_a_wrong_method_and_a_wrong_path_are_told(server: RunningServer) -> None:
    answer = server.http.get("/v1/traces")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "POST /v1/traces" in server.http.post("/v1/trace", json={}).json()["error"]
    lost = server.http.post("/v1/trace", headers={"Content-Type": PROTOBUF})
    assert lost.status_code == 404
    assert "POST /v1/traces" in message_of(lost)


ODD_KEYS = [
    *("__proto__", "constructor", "prototype", "__class__", "__init__.__globals__", "$where"),
    *("'; DROP TABLE session; --", '" OR 1=1 --', "{{7*7}}", "${7*7}", "{0.__class__}", "%s%n"),
    *("../../etc/passwd", "..\\..\\x", "C:\\x", "<script>alert(1)</script>", "a.b[0].c", "$.a"),
    *("\u202egnp.exe", "null", "undefined", "-1", "a=b;c", "Ünïcode", "x" * 1_024),
]


def test_odd_keys_are_data_and_nothing_else(server: RunningServer) -> None:
    for number, key in enumerate(ODD_KEYS):
        attributes: dict[str, str | int | float] = {
            "gen_ai.operation.name": "chat",
            "session.id": f"id {key}",
            "helicone.session.path": "/p",
            "helicone.user.id": key,
            f"helicone.property.{key[:99]}": "kept",
            key: key,
        }
        span = otlp_json.span(f"{number + 1:032x}", "1" * 16, kind=3, attributes=attributes)
        answer = server.http.post("/v1/traces", json=otlp_json.request([span]))
        assert (answer.status_code, answer.content) == (200, b"{}")
    sessions = server.http.get("/api/sessions").json()["sessions"]
    assert {session["session_id"] for session in sessions} >= {f"id {k}" for k in ODD_KEYS[:-1]}
    for session in sessions:
        path = f"/api/sessions/{quote(session['session_id'], safe='')}"
        (request,) = server.http.get(path).json()["requests"]
        assert list(request["properties"].values()) == ["kept"]


def test_odd_keys_are_kept_as_they_were_sent() -> None:
    span = otlp_json.span(TRACE, "1" * 16, attributes={key: key for key in ODD_KEYS})
    body = json.dumps(otlp_json.request([span])).encode()
    (record,) = decode(body, Encoding.JSON, wanted=WANTED_ATTRIBUTES, max_spans=1).spans
    again = json.loads(encode_request(record.origin.envelope, [record.raw], Encoding.JSON))
    (kept,) = again["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert [pair["key"] for pair in kept["attributes"]] == ODD_KEYS


def test_the_good_spans_of_a_mixed_batch_are_kept(server: RunningServer) -> None:
    good = otlp_json.span(TRACE, "1" * 16, attributes={"helicone.session.id": "kept"})
    short_id = otlp_json.span("abc", "2" * 16)
    answer = server.http.post("/v1/traces", json=otlp_json.request([short_id, good]))
    assert answer.status_code == 200
    partial = answer.json()["partialSuccess"]
    assert partial["rejectedSpans"] == "1"
    assert "traceId" in partial["errorMessage"] or "trace_id" in partial["errorMessage"]
    assert server.http.get("/api/sessions/kept").json()["session"]["spans"] == 1


def test_the_good_spans_of_a_mixed_protobuf_batch_are_kept(server: RunningServer) -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for trace_id in (b"\x01" * 16, b"\x01" * 3, bytes(16)):
        spans.add(trace_id=trace_id, span_id=b"\x01" * 8, name="x").attributes.add(
            key="helicone.session.id"
        ).value.string_value = "kept"
    answer = server.http.post(
        "/v1/traces",
        content=gzip.compress(request.SerializeToString()),
        headers={"Content-Type": PROTOBUF, "Content-Encoding": "gzip"},
    )
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert partial.rejected_spans == 2
    assert "16" in partial.error_message
    assert server.http.get("/api/sessions/kept").json()["session"]["spans"] == 1
