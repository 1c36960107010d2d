"""Export requests from one encoding into the other."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

import orjson
from google.protobuf import json_format
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ..errors import BadPayload
from ..model import Encoding, Signal
from .json_messages import json_message
from .json_text import parse_json
from .signals import NAMES, EnvelopeNames
from .trace_documents import trace_document

_IDS = ("traceId", "spanId", "parentSpanId")
_REQUESTS: Mapping[Signal, type[Message]] = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
}


def convert_request(
    body: bytes, encoding: Encoding, wanted: Encoding, signal: Signal = Signal.TRACES
) -> bytes:
    """Return the export request *body* of a *signal* in the *wanted* encoding.

    Decoding it gives the same records. Fields that this version of OTLP does not know are lost.

    Raises:
        BadPayload: a field of *body* has a type that the other encoding cannot hold.
    """
    if encoding is wanted:
        return body
    match wanted:
        case Encoding.PROTOBUF:
            return _to_protobuf(body, signal)
        case Encoding.JSON:
            return _to_json(body, signal)
        case _:
            assert_never(wanted)


def document_of(body: bytes, encoding: Encoding, signal: Signal = Signal.TRACES) -> Any:  # noqa: ANN401 - JSON
    """Return an export request that was accepted as the JSON document it is, or would be."""
    match encoding:
        case Encoding.JSON:
            return orjson.loads(body)
        case Encoding.PROTOBUF if signal is Signal.TRACES:
            return trace_document(body)
        case Encoding.PROTOBUF:
            return json_message(_REQUESTS[signal].FromString(body))
        case _:
            assert_never(encoding)


def _to_json(body: bytes, signal: Signal) -> bytes:
    return orjson.dumps(document_of(body, Encoding.PROTOBUF, signal))


def _to_protobuf(body: bytes, signal: Signal) -> bytes:
    names = NAMES[signal]
    document: Any = parse_json(body, member=names.resources)
    try:
        _put_ids_in_base64(document, names)
        request = _REQUESTS[signal]()
        json_format.ParseDict(document, request, ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError, TypeError, AttributeError) as error:
        raise BadPayload(f"the request cannot be put in protobuf: {error}") from error
    return bytes(request.SerializeToString())


def _put_ids_in_base64(document: Any, names: EnvelopeNames) -> None:  # noqa: ANN401 - JSON
    """Change the ids in place to what protobuf's own JSON has for bytes."""
    for message in _messages_with_ids(document, names):
        for name in _IDS:
            if message.get(name):
                message[name] = base64.b64encode(bytes.fromhex(message[name])).decode()


def _messages_with_ids(
    document: Any,  # noqa: ANN401 - JSON
    names: EnvelopeNames,
) -> Iterator[dict[str, Any]]:
    for resource in document.get(names.resources) or ():
        for scope in resource.get(names.scopes) or ():
            for item in scope.get(names.items) or ():
                yield item
                yield from item.get("links") or ()
