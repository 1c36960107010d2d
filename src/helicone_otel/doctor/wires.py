"""One span sent and read back over each wire."""

import json
import secrets
import time
from collections.abc import Callable, Iterator

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from .checks import Check, ok, problem
from .server_client import TIMEOUT_S, ServerAddresses, Unreachable, ask

_NAME, _SERVICE = "helicone-otel doctor", "helicone-otel-doctor"
_CLIENT_KIND = 3
_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_GRPC_OPTIONS = (("grpc.enable_http_proxy", 0),)

Send = Callable[[ServerAddresses, str, str], str]
"""Sends a span of a trace id and a span id; returns what the server refused, if it did."""


def check_wires(server: ServerAddresses) -> Iterator[Check]:
    """Yield a check for each wire; the spans stay in the file, in no session."""
    for name, send in (
        ("OTLP/HTTP with protobuf", _send_protobuf),
        ("OTLP/HTTP with JSON", _send_json),
        ("OTLP/gRPC", _send_grpc),
    ):
        yield _check_wire(server, name, send)


def _check_wire(server: ServerAddresses, name: str, send: Send) -> Check:
    trace_id, span_id = secrets.token_hex(16), secrets.token_hex(8)
    try:
        refused = send(server, trace_id, span_id)
        if refused:
            return problem(name, f"The server refused a span: {refused}", _advice(refused))
        answer = ask(server, f"/api/spans/{trace_id}/{span_id}")
    except Unreachable as error:
        return problem(name, f"Nothing answers: {error}", _start_advice(name, server))
    if not answer.is_good:
        return problem(
            name,
            f"A span was accepted but cannot be read back: {answer.reason}",
            "Give doctor a token that is good for reading: --token. "
            if answer.status in (401, 403)
            else "See the server's log.",
        )
    return ok(name, "A span was sent and read back.")


def _start_advice(name: str, server: ServerAddresses) -> str:
    if "gRPC" in name:
        return (
            f"Start `helicone-otel serve` with --grpc-port, or say where it is: --grpc-address. "
            f"Looked at {server.grpc_address}."
        )
    return f"Start `helicone-otel serve`, or say where it is: --url. Looked at {server.http_url}."


def _advice(refused: str) -> str:
    if "401" in refused or "403" in refused or "UNAUTHENTICATED" in refused or "PERM" in refused:
        return (
            "Make a token: `helicone-otel token create --name app --scope ingest --scope read`; "
            "give it to doctor with --token, and to applications with "
            "OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20..."
        )
    return "The message says what the server needs; its log has more."


def _send_protobuf(server: ServerAddresses, trace_id: str, span_id: str) -> str:
    body = _request(trace_id, span_id).SerializeToString()
    return _post(server, body, "application/x-protobuf")


def _send_json(server: ServerAddresses, trace_id: str, span_id: str) -> str:
    now_ns = time.time_ns()
    span = {
        "traceId": trace_id,
        "spanId": span_id,
        "name": _NAME,
        "kind": _CLIENT_KIND,
        "startTimeUnixNano": str(now_ns - 1_000_000),
        "endTimeUnixNano": str(now_ns),
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": _SERVICE}}]}
    request = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}
    return _post(server, json.dumps(request).encode(), "application/json")


def _post(server: ServerAddresses, body: bytes, content_type: str) -> str:
    answer = ask(server, "/v1/traces", body, content_type)
    return "" if answer.is_good else answer.reason


def _send_grpc(server: ServerAddresses, trace_id: str, span_id: str) -> str:
    with grpc.insecure_channel(server.grpc_address, options=_GRPC_OPTIONS) as channel:
        export = channel.unary_unary(
            _EXPORT,
            request_serializer=ExportTraceServiceRequest.SerializeToString,
            response_deserializer=ExportTraceServiceResponse.FromString,
        )
        try:
            export(
                _request(trace_id, span_id),
                timeout=TIMEOUT_S,
                metadata=tuple(server.headers.items()),
            )
        except grpc.RpcError as error:
            told = f"{error.code().name}: {error.details()}"
            if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise Unreachable(told) from error
            return told
    return ""


def _request(trace_id: str, span_id: str) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    name = of_resource.resource.attributes.add(key="service.name")
    name.value.string_value = _SERVICE
    now_ns = time.time_ns()
    of_resource.scope_spans.add().spans.add(
        trace_id=bytes.fromhex(trace_id),
        span_id=bytes.fromhex(span_id),
        name=_NAME,
        kind=_CLIENT_KIND,
        start_time_unix_nano=now_ns - 1_000_000,
        end_time_unix_nano=now_ns,
    )
    return request
