"""Read an export request: what each span says, packed for the store."""

import logging
from collections.abc import Iterator, Sequence
from itertools import count

from .. import mapping, otlp
from ..mapping import Price
from ..model import DecodedRequest, Encoding, Rejection, SpanRecord, value
from ..pricing import price
from ..store import StoredSpan, TracePart, pack

log = logging.getLogger(__name__)


@value
class ReadRequest:
    """The spans of one request, ready to be stored."""

    parts: Sequence[TracePart]
    spans: int
    rejections: Sequence[Rejection]


def read_request(
    body: bytes, encoding: Encoding, *, max_spans: int, price: Price = price
) -> ReadRequest:
    """Return what is in *body*, an ExportTraceServiceRequest.

    Raises:
        BadPayload: *body* is no such request.
        TooLarge: it has more than *max_spans* spans.
    """
    request = otlp.decode(body, encoding, wanted=mapping.WANTED_ATTRIBUTES, max_spans=max_spans)
    spans, unread = _read_spans(request, price)
    return ReadRequest(
        parts=pack(spans),
        spans=len(spans),
        rejections=sorted([*request.rejections, *unread], key=lambda rejection: rejection.index),
    )


def _read_spans(request: DecodedRequest, price: Price) -> tuple[list[StoredSpan], list[Rejection]]:
    """Return the spans with what they say; one that cannot be read costs no other span."""
    spans: list[StoredSpan] = []
    unread: list[Rejection] = []
    reader = mapping.FactsReader(price)
    for index, span in _with_positions(request):
        try:
            facts = reader.read(span)
        except Exception as error:
            if not unread:  # a sender repeats itself, and the log is everybody's
                log.exception("a span could not be read, and maybe more of its request")
            reason = f"the span could not be read ({type(error).__name__})"
            unread.append(Rejection(index=index, reason=reason))
        else:
            spans.append(StoredSpan(facts=facts, origin=span.origin, raw=span.raw))
    return spans, unread


def _with_positions(request: DecodedRequest) -> Iterator[tuple[int, SpanRecord]]:
    """Yield the decoded spans with their positions in the request, those rejected counted."""
    rejected = {rejection.index for rejection in request.rejections}
    positions = (index for index in count() if index not in rejected)
    return zip(positions, request.spans, strict=False)
