"""The write path: bytes in, durable sessions out. Both transports end here."""

import threading
from collections.abc import Sequence

from .. import mapping, session_tree
from ..mapping import Price
from ..model import DerivedTrace, Encoding, ExportOutcome, ResolvedTrace, TraceFacts
from ..pricing import price
from ..settings import ImplicitSessions, Settings
from ..store import Derive, SpanStore
from .reading import ReadRequest, read_request
from .texts import read_texts
from .workers import Workers


class Ingest:
    """Take export requests; may be called from many threads at once."""

    def __init__(
        self, store: SpanStore, *, max_spans: int, workers: int = 0, price: Price = price
    ) -> None:
        """Store into *store*; large requests are read in up to *workers* further processes."""
        self._store = store
        self._max_spans = max_spans
        self._price = price
        self._workers = Workers(workers)
        self._reading = threading.Lock()
        """One request is read at a time: several would take the interpreter from each other, and
        from the writer, thousands of times a second."""

    def export(self, body: bytes, encoding: Encoding) -> ExportOutcome:
        """Store the spans of one ExportTraceServiceRequest; return once they are committed.

        Raises:
            BadPayload: *body* is no such request; nothing was stored.
            StoreUnavailable: nothing was stored; the same request may be sent again.
        """
        request = self._read(body, encoding)
        self._store.write_parts(request.parts)
        return ExportOutcome(accepted=request.spans, rejections=request.rejections)

    def close(self) -> None:
        """End the processes; requests must not come any more."""
        self._workers.close()

    def _read(self, body: bytes, encoding: Encoding) -> ReadRequest:
        if self._workers.take(body):
            return self._workers.read(body, encoding, max_spans=self._max_spans)
        with self._reading:
            return read_request(body, encoding, max_spans=self._max_spans, price=self._price)


def open_store(settings: Settings) -> SpanStore:
    """Open the settings' database with the meaning of a trace built in."""
    derive = derive_with(settings.implicit_sessions)
    return SpanStore.open(settings.database, derive, settings.store, read_texts=read_texts)


def derive_with(implicit: ImplicitSessions, price: Price = price) -> Derive:
    """Return the function that works out whole traces under the given switch."""

    def derive(traces: Sequence[TraceFacts]) -> list[DerivedTrace]:
        resolved = mapping.resolve_together(traces, implicit=implicit, price=price)
        return [_derived(trace) for trace in resolved]

    return derive


def _derived(trace: ResolvedTrace) -> DerivedTrace:
    return DerivedTrace(
        trace_id=trace.trace_id,
        requests=trace.requests,
        slices=session_tree.slices_of(trace),
        told_in=trace.told_in,
        linked_trace_id=trace.linked_trace_id,
        names_session=trace.names_session,
    )
