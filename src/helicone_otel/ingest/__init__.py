"""The write path: bytes in, durable sessions out. Both transports end here."""

import logging
from collections.abc import Iterator, Sequence
from itertools import count

from . import mapping, otlp, session_tree
from .mapping import Price
from .model import (
    DecodedRequest,
    DerivedTrace,
    Encoding,
    ExportOutcome,
    Rejection,
    SpanFacts,
    SpanRecord,
)
from .pricing import price
from .settings import ImplicitSessions, Settings
from .store import Derive, SpanStore, StoredSpan

log = logging.getLogger(__name__)


class Ingest:
    """Take export requests; may be called from many threads at once."""

    def __init__(self, store: SpanStore, *, max_spans: int, price: Price = price) -> None:
        self._store = store
        self._max_spans = max_spans
        self._price = price

    def export(self, body: bytes, encoding: Encoding) -> ExportOutcome:
        """Store the spans of one ExportTraceServiceRequest; return once they are committed.

        Raises:
            BadPayload: *body* is no such request; nothing was stored.
            StoreUnavailable: nothing was stored; the same request may be sent again.
        """
        request = otlp.decode(
            body, encoding, wanted=mapping.WANTED_ATTRIBUTES, max_spans=self._max_spans
        )
        spans, unread = self._read(request)
        self._store.write(spans)
        rejections = sorted([*request.rejections, *unread], key=lambda rejection: rejection.index)
        return ExportOutcome(accepted=len(spans), rejections=rejections)

    def _read(self, request: DecodedRequest) -> tuple[list[StoredSpan], list[Rejection]]:
        """Return the spans with what they say; one that cannot be read costs no other span."""
        spans: list[StoredSpan] = []
        unread: list[Rejection] = []
        for index, span in _with_positions(request):
            try:
                facts = mapping.facts_of(span, self._price)
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


def open_store(settings: Settings) -> SpanStore:
    """Open the settings' database with the meaning of a trace built in."""
    return SpanStore.open(
        settings.database,
        derive_with(settings.implicit_sessions),
        max_queue_bytes=settings.max_queue_bytes,
    )


def derive_with(implicit: ImplicitSessions) -> Derive:
    """Return the function that works out a whole trace under the given switch."""

    def derive(spans: Sequence[SpanFacts]) -> DerivedTrace:
        trace = mapping.resolve(spans, implicit=implicit)
        return DerivedTrace(
            trace_id=trace.trace_id,
            requests=trace.requests,
            slices=session_tree.slices_of(trace),
        )

    return derive
