"""The write path: bytes in, durable sessions out. Both transports end here."""

from collections.abc import Sequence

from . import mapping, otlp, session_tree
from .model import DerivedTrace, Encoding, ExportOutcome, SpanFacts
from .pricing import price
from .settings import ImplicitSessions, Settings
from .store import Derive, SpanStore, StoredSpan


class Ingest:
    """Take export requests; may be called from many threads at once."""

    def __init__(self, store: SpanStore, *, max_spans: int) -> None:
        self._store = store
        self._max_spans = max_spans

    def export(self, body: bytes, encoding: Encoding) -> ExportOutcome:
        """Store the spans of one ExportTraceServiceRequest; return once they are committed.

        Raises:
            BadPayload: *body* is no such request; nothing was stored.
            StoreUnavailable: nothing was stored; the same request may be sent again.
        """
        request = otlp.decode(
            body, encoding, wanted=mapping.WANTED_ATTRIBUTES, max_spans=self._max_spans
        )
        spans = [
            StoredSpan(facts=mapping.facts_of(span, price), origin=span.origin, raw=span.raw)
            for span in request.spans
        ]
        self._store.write(spans)
        return ExportOutcome(accepted=len(spans), rejections=request.rejections)


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
