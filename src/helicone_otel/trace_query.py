"""The read path to spans: read back, put in their places again, opened where somebody looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import otlp
from .errors import NotFound
from .model import (
    LlmRequest,
    SessionSummary,
    SpanMessages,
    WholeSpan,
)
from .placed_spans import opened_spans, placed_spans, session_spans, spans_with_sessions
from .session_calls import Call, SpanKey, call_tree
from .session_trace import PlacedSpan, session_trace
from .session_tree import PathNode, path_tree
from .store import SpanStore
from .trace_messages import TraceMessages, messages_by_span

MAX_SHOWN = 10_000
"""So many spans, requests or folders of one session are told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetail:
    """One session whole."""

    summary: SessionSummary
    requests: Sequence[LlmRequest]
    tree: PathNode
    calls: Sequence[Call]


class TraceQueries:
    """Answer questions about spans; may be called from any thread."""

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def get_session(self, session_id: str) -> SessionDetail:
        """Return one session whole.

        Raises:
            NotFound: no span is in a session of that id.
        """
        self._store.settle_session(session_id)
        with self._store.snapshot() as snapshot:
            summary = snapshot.get_session(session_id)
            requests = snapshot.list_requests(session_id)
            spans = session_spans(snapshot, summary)
        return SessionDetail(
            summary=summary,
            requests=requests,
            tree=path_tree(requests),
            calls=call_tree(spans),
        )

    def get_session_trace(self, session_id: str) -> list[WholeSpan]:
        """Return a session as one trace: of more than `MAX_SHOWN` spans the first ones.

        Raises:
            NotFound: no span is in a session of that id.
        """
        with self._store.snapshot() as snapshot:
            summary = snapshot.get_session(session_id)
            places = sorted(session_spans(snapshot, summary), key=lambda p: p.facts.start_ns)
            opened = opened_spans(snapshot, places[:MAX_SHOWN])
        return session_trace(summary, opened, left_out=len(places[MAX_SHOWN:]))

    def get_trace(self, trace_id: str) -> list[WholeSpan]:
        """Return the spans of a trace as they were received.

        Raises:
            NotFound: there is no such trace.
        """
        with self._store.snapshot() as snapshot:
            received = list(snapshot.received_spans(trace_id))
        if not received:
            raise NotFound(f"There is no trace with the id {trace_id!r}.")
        return otlp.open_spans(received)

    def get_shown_trace(self, trace_id: str) -> list[WholeSpan]:
        """Return the session whose derived trace id this is, else the trace, told of sessions.

        Raises:
            NotFound: there is neither.
        """
        with self._store.snapshot() as snapshot:
            session_id = snapshot.find_session_of_trace_id(trace_id)
        if session_id is not None:
            return self.get_session_trace(session_id)
        with self._store.snapshot() as snapshot:
            spans = spans_with_sessions(snapshot, trace_id)
        if not spans:
            raise NotFound(f"There is no trace with the id {trace_id!r}.")
        return spans

    def get_span(self, trace_id: str, span_id: str) -> PlacedSpan:
        """Return one span.

        Raises:
            NotFound: there is no such span.
        """
        with self._store.snapshot() as snapshot:
            places = placed_spans(snapshot, trace_id)
            wanted = [place for place in places if place.facts.span_id == span_id]
            for span in opened_spans(snapshot, wanted):
                return span
        raise _no_such_span(trace_id, span_id)

    def get_messages(self, trace_id: str, span_id: str) -> SpanMessages:
        """Return what a span was asked and answered, of itself and the log records in it.

        A request that has captured nothing is told by another span of the same call.

        Raises:
            NotFound: there is no such span.
        """
        with self._store.snapshot() as snapshot:
            told = TraceMessages(snapshot, trace_id)
            if not told.knows(span_id):
                raise _no_such_span(trace_id, span_id)
            return told.of(span_id)

    def get_many_messages(self, spans: Iterable[SpanKey]) -> dict[SpanKey, SpanMessages]:
        """Return the messages of many LLM requests; those that are gone have none."""
        with self._store.snapshot() as snapshot:
            return messages_by_span(snapshot, spans)


def _no_such_span(trace_id: str, span_id: str) -> NotFound:
    return NotFound(f"There is no span {span_id!r} in a trace {trace_id!r}.")
