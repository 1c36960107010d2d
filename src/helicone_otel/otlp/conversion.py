"""Export requests from one encoding into the other."""

import base64
from collections.abc import Iterator
from typing import Any, assert_never

import orjson
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ..errors import BadPayload
from ..model import Encoding
from .json_messages import json_message
from .json_text import parse_json

_IDS = ("traceId", "spanId", "parentSpanId")


def convert_request(body: bytes, encoding: Encoding, wanted: Encoding) -> bytes:
    """Return the ExportTraceServiceRequest *body* in the *wanted* encoding.

    Decoding it gives the same records. Fields that this version of OTLP does not know are lost.

    Raises:
        BadPayload: a field of *body* has a type that the other encoding cannot hold.
    """
    if encoding is wanted:
        return body
    match wanted:
        case Encoding.PROTOBUF:
            return _to_protobuf(body)
        case Encoding.JSON:
            return _to_json(body)
        case _:
            assert_never(wanted)


def _to_json(body: bytes) -> bytes:
    return orjson.dumps(json_message(ExportTraceServiceRequest.FromString(body)))


def _to_protobuf(body: bytes) -> bytes:
    document: Any = parse_json(body, member="resourceSpans")
    try:
        _put_ids_in_base64(document)
        request = ExportTraceServiceRequest()
        json_format.ParseDict(document, request, ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError, TypeError) as error:
        raise BadPayload(f"the request cannot be put in protobuf: {error}") from error
    return bytes(request.SerializeToString())


def _put_ids_in_base64(document: Any) -> None:  # noqa: ANN401 - JSON
    """Change the ids in place to what protobuf's own JSON has for bytes."""
    for message in _messages_with_ids(document):
        for name in _IDS:
            if message.get(name):
                message[name] = base64.b64encode(bytes.fromhex(message[name])).decode()


def _messages_with_ids(document: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    for resource_spans in document.get("resourceSpans") or ():
        for scope_spans in resource_spans.get("scopeSpans") or ():
            for span in scope_spans.get("spans") or ():
                yield span
                yield from span.get("links") or ()
