"""Export requests of spans in protobuf as their JSON, piece by piece as they were accepted.

The official message as a whole can be parsed to a hundred levels in all; a value that was accepted
by itself may go deeper inside it, and could not be opened any more.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from .descriptors import wire_classes
from .json_messages import json_message

Json: TypeAlias = Any
_Open: TypeAlias = Callable[[bytes], Json]


def trace_document(body: bytes) -> Json:
    """Return the JSON of an ExportTraceServiceRequest whose spans were accepted."""
    request = wire_classes().request.FromString(body)
    return _document(request, ("resource_spans", "resourceSpans", _resource_spans))


def _resource_spans(raw: bytes) -> Json:
    message = wire_classes().resource_spans.FromString(raw)
    return _document(message, ("scope_spans", "scopeSpans", _scope_spans))


def _scope_spans(raw: bytes) -> Json:
    return _document(wire_classes().scope_spans.FromString(raw), ("spans", "spans", _span))


def _span(raw: bytes) -> Json:
    return _document(
        wire_classes().span.FromString(raw),
        ("attributes", "attributes", lambda pair: json_message(KeyValue.FromString(pair))),
        ("events", "events", lambda event: json_message(Span.Event.FromString(event))),
        ("links", "links", lambda link: json_message(Span.Link.FromString(link))),
    )


def _document(message: Message, *lists: tuple[str, str, _Open]) -> dict[str, Json]:
    """Return a message whose *lists*, by their names here and in JSON, are in pieces."""
    opened: dict[str, Json] = {}
    for field, name, open_piece in lists:
        pieces: Iterable[bytes] = getattr(message, field)
        if found := [open_piece(piece) for piece in pieces]:
            opened[name] = found
        message.ClearField(field)
    return json_message(message) | opened
