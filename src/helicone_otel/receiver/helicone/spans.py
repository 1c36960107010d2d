"""A manual log as an OTLP span, so that nothing behind the receiver knows the difference."""

import hashlib
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from ...mapping.messages import text_of
from .calls import Attribute, call_attributes
from .events import event_content, event_of
from .headers import REQUEST_ID, kept_headers, merged_headers, request_id_in
from .manual_log import ManualLog, Timing, read_manual_log

SCOPE = "helicone.manual_logger"
"""Of the spans made here; Helicone counts each of them as a request, whatever it is."""

_TRACE_ID_BYTES, _SPAN_ID_BYTES = 16, 8
_CANCELLED = -3
_HEADER_PREFIX = "http.request.header."
_PROVIDERS = {"google": "gcp.gemini", "custom": ""}
_OVERRIDE = "helicone-model-override"
_OMIT_REQUEST, _OMIT_RESPONSE = "helicone-omit-request", "helicone-omit-response"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSpan:
    """The span of one log, ready to be exported."""

    request_id: str
    export_request: bytes
    """An ExportTraceServiceRequest in protobuf."""


def span_of(body: bytes, sent: Iterable[tuple[str, str]], provider: str) -> LoggedSpan:
    """Return the manual log that *body* is, with the headers *sent*, as a span.

    The same log gives the same ids, so that it may be sent again. *provider* is that of the route
    and gives way to what the log names. A log without times is taken to be of now, and to be
    another each time.

    Raises:
        BadPayload: *body* is no manual log.
    """
    log = read_manual_log(body)
    headers = merged_headers(sent, log.request.meta)
    timing = log.timing or _now()
    request_id = request_id_in(headers) or _derived_id(body, headers, timing)
    identity = hashlib.sha256(request_id.encode()).digest()
    name, kind, attributes = _meaning(log, headers, provider)
    span = Span(
        trace_id=identity[:_TRACE_ID_BYTES],
        span_id=identity[_TRACE_ID_BYTES:][:_SPAN_ID_BYTES],
        name=name,
        kind=kind,
        start_time_unix_nano=timing.start_ns,
        end_time_unix_nano=timing.end_ns,
        attributes=[
            KeyValue(key=key, value=_value(value))
            for said in (attributes, _surroundings(log, timing), _captured(headers, request_id))
            for key, value in said.items()
        ],
        status=_status(log.response.status),
    )
    scope_spans = ScopeSpans(scope=InstrumentationScope(name=SCOPE), spans=[span])
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[scope_spans])])
    return LoggedSpan(request_id=request_id, export_request=request.SerializeToString())


def _meaning(
    log: ManualLog, headers: Mapping[str, str], provider: str
) -> tuple[str, Span.SpanKind.ValueType, dict[str, Attribute]]:
    omit_request = headers.get(_OMIT_REQUEST) == "true"
    omit_response = headers.get(_OMIT_RESPONSE) == "true"
    event = event_of(log)
    if event is not None:
        content = event_content(log, omit_request=omit_request, omit_response=omit_response)
        return event.name, Span.SPAN_KIND_INTERNAL, event.attributes | content
    attributes = call_attributes(
        log,
        model=headers.get(_OVERRIDE, ""),
        omit_request=omit_request,
        omit_response=omit_response,
    )
    if named := _provider(log.provider or provider):
        attributes["gen_ai.provider.name"] = named
    model = text_of(attributes.get("gen_ai.request.model"))
    name = f"{attributes['gen_ai.operation.name']} {model}".rstrip()
    return name, Span.SPAN_KIND_CLIENT, attributes


def _surroundings(log: ManualLog, timing: Timing) -> dict[str, Attribute]:
    """Return what a log says around the bodies: the HTTP status, the host, the first token."""
    said: dict[str, Attribute] = {}
    if log.response.status >= HTTPStatus.CONTINUE:
        said["http.response.status_code"] = log.response.status
    if host := _host(log.request.url):
        said["server.address"] = host
    if timing.time_to_first_token_ms is not None:
        said["gen_ai.response.time_to_first_chunk"] = timing.time_to_first_token_ms / 1000
    return said


def _captured(headers: Mapping[str, str], request_id: str) -> dict[str, Attribute]:
    """Spell headers as OpenTelemetry captures them: a list of values for each."""
    placing = kept_headers(headers) | {REQUEST_ID: request_id}
    return {_HEADER_PREFIX + name: [value] for name, value in placing.items()}


def _status(status: int) -> Status:
    if status == _CANCELLED:
        return Status(code=Status.STATUS_CODE_ERROR, message="the caller cancelled the call")
    if status >= HTTPStatus.BAD_REQUEST or status < HTTPStatus.CONTINUE:
        return Status(code=Status.STATUS_CODE_ERROR)
    return Status()


def _provider(name: str) -> str:
    lowered = name.lower()
    return _PROVIDERS.get(lowered, lowered)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _now() -> Timing:
    now_ms = time.time_ns() / 1_000_000
    return Timing(startTime=now_ms, endTime=now_ms)


def _derived_id(body: bytes, headers: Mapping[str, str], timing: Timing) -> str:
    """Return a UUID made of all that tells one log from another."""
    place = sorted(kept_headers(headers).items())
    digest = hashlib.sha256(body + repr((place, timing.start_ns)).encode())
    return str(uuid.uuid5(uuid.NAMESPACE_OID, digest.hexdigest()))


def _value(value: Attribute) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case list():
            return AnyValue(array_value=ArrayValue(values=map(_value, value)))
