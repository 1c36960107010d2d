"""Bytes of an export request to span records."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar, assert_never

from ..errors import TooLarge
from ..model import (
    DecodedRequest,
    Encoding,
    Origin,
    Rejection,
    SpanRecord,
    WantedAttributes,
)
from .checks import Malformed, SpanSizes
from .json_spans import json_record, json_scopes
from .large_items import LargeItems
from .limits import MAX_ENVELOPE_BYTES
from .protobuf_attributes import AttributeReader
from .protobuf_spans import protobuf_record, protobuf_scopes
from .selection import Selection

T = TypeVar("T")


def decode(
    body: bytes, encoding: Encoding, *, wanted: WantedAttributes, max_spans: int
) -> DecodedRequest:
    """Return the spans of *body*, an ExportTraceServiceRequest, in their order.

    A span that cannot be kept is a rejection and costs no other span. Spans of one scope share
    one `Origin`. An end before the start, or a start of 0, is left as it is.

    Raises:
        BadPayload: *body* is not such a request.
        TooLarge: it holds more than *max_spans* spans or scopes, or too many events and links.
        ConfigurationError: protobuf runs on its pure-Python implementation.
    """
    selection, sizes = Selection(wanted), SpanSizes()
    match encoding:
        case Encoding.PROTOBUF:
            reader = AttributeReader(selection)
            read = partial(protobuf_record, reader=reader, sizes=sizes, large=LargeItems())
            return _decoded(protobuf_scopes(body, reader), read, max_spans)
        case Encoding.JSON:
            read_json = partial(json_record, selection=selection, sizes=sizes)
            return _decoded(json_scopes(body, selection), read_json, max_spans)
        case _:
            assert_never(encoding)


def _decoded(
    scopes: Iterable[tuple[Origin, Sequence[T]]],
    read: Callable[[T, Origin], SpanRecord],
    max_spans: int,
) -> DecodedRequest:
    spans: list[SpanRecord] = []
    rejections: list[Rejection] = []
    index = 0
    for origin, raw_spans in counted(scopes, max_spans):
        for raw in raw_spans:
            try:
                spans.append(read(raw, origin))
            except Malformed as reason:
                rejections.append(Rejection(index=index, reason=str(reason)))
            index += 1
    return DecodedRequest(spans=spans, rejections=rejections)


def counted(
    scopes: Iterable[tuple[Origin, Sequence[T]]], max_items: int, items: str = "spans"
) -> Sequence[tuple[Origin, Sequence[T]]]:
    """Open every scope before the first span is decoded, so that too many cost little.

    A scope counts as a span, so that empty ones are limited too. *items* is what they are called.
    """
    opened: list[tuple[Origin, Sequence[T]]] = []
    items_left, envelope_left = max_items, MAX_ENVELOPE_BYTES
    for origin, raw_items in scopes:
        items_left -= max(1, len(raw_items))
        envelope_left -= len(origin.envelope)
        if items_left < 0:
            raise TooLarge(f"the request has more than {max_items} {items}: send smaller batches")
        if envelope_left < 0:
            raise TooLarge(
                f"the request's resources, one for each scope, have more than {MAX_ENVELOPE_BYTES}"
                " bytes: send smaller batches"
            )
        opened.append((origin, raw_items))
    return opened
