"""The read path to spans: read back, put in their places again, opened where somebody looks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import mapping, otlp
from .errors import NotFound
from .model import (
    Kind,
    LlmRequest,
    ReceivedLogRecord,
    ResolvedSpan,
    Role,
    SessionSummary,
    SpanMessages,
    WholeSpan,
)
from .placed_spans import placed_spans, resolved, session_spans, spans_with_sessions
from .session_calls import Call, SpanKey, call_tree
from .session_conversation import Turn, conversation
from .session_trace import PlacedSpan, session_trace
from .session_tree import PathNode, path_tree
from .store import Snapshot, SpanStore


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

    def list_requests(self, session_id: str) -> list[LlmRequest]:
        """Return a session's LLM requests in start order.

        Raises:
            NotFound: no span is in a session of that id.
        """
        with self._store.snapshot() as snapshot:
            snapshot.get_session(session_id)
            return snapshot.list_requests(session_id)

    def get_session_trace(self, session_id: str) -> list[WholeSpan]:
        """Return a whole session as one trace.

        Raises:
            NotFound: no span is in a session of that id.
        """
        summary, placed = self.open_session(session_id)
        return session_trace(summary, placed)

    def open_session(self, session_id: str) -> tuple[SessionSummary, list[PlacedSpan]]:
        """Return a session's spans in start order, with all they hold.

        Raises:
            NotFound: no span is in a session of that id.
        """
        with self._store.snapshot() as snapshot:
            summary = snapshot.get_session(session_id)
            places = {_key(span): span for span in session_spans(snapshot, summary)}
            received = [
                span
                for trace_id in summary.trace_ids
                for span in snapshot.received_spans(trace_id)
                if (span.facts.trace_id, span.facts.span_id) in places
            ]
        placed = [
            PlacedSpan(place=places[span.trace_id, span.span_id], whole=span)
            for span in otlp.open_spans(received)
        ]
        return summary, sorted(placed, key=lambda span: span.place.facts.start_ns)

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
            received = [s for s in snapshot.received_spans(trace_id) if s.facts.span_id == span_id]
            if not received:
                raise _no_such_span(trace_id, span_id)
            places = placed_spans(snapshot, trace_id)
        (whole,) = otlp.open_spans(received)
        (place,) = (place for place in places if place.facts.span_id == span_id)
        return PlacedSpan(place=place, whole=whole)

    def get_messages(self, trace_id: str, span_id: str) -> SpanMessages:
        """Return what a span was asked and answered, of itself and the log records in it.

        A request that has captured nothing is told by another span of the same call.

        Raises:
            NotFound: there is no such span.
        """
        with self._store.snapshot() as snapshot:
            told = _TraceMessages(snapshot, trace_id)
            if not told.knows(span_id):
                raise _no_such_span(trace_id, span_id)
            return told.of(span_id)

    def get_conversation(self, session_id: str) -> list[Turn]:
        """Return a session's messages as one conversation.

        Raises:
            NotFound: no span is in a session of that id.
        """
        with self._store.snapshot() as snapshot:
            summary = snapshot.get_session(session_id)
            members = sorted(
                (s for s in session_spans(snapshot, summary) if _speaks(s)),
                key=lambda s: (s.facts.start_ns, s.facts.span_id),
            )
            found = _messages_by_span(snapshot, [_key(span) for span in members])
        return conversation((span, found.get(_key(span), SpanMessages())) for span in members)

    def get_many_messages(self, spans: Iterable[SpanKey]) -> dict[SpanKey, SpanMessages]:
        """Return the messages of many spans; those that are gone are left out."""
        with self._store.snapshot() as snapshot:
            return _messages_by_span(snapshot, spans)


def _no_such_span(trace_id: str, span_id: str) -> NotFound:
    return NotFound(f"There is no span {span_id!r} in a trace {trace_id!r}.")


def _messages_by_span(snapshot: Snapshot, spans: Iterable[SpanKey]) -> dict[SpanKey, SpanMessages]:
    """Read each trace once, and open of it only what is looked into."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for trace_id, span_id in spans:
        wanted[trace_id].append(span_id)
    found: dict[SpanKey, SpanMessages] = {}
    for trace_id, span_ids in wanted.items():
        told = _TraceMessages(snapshot, trace_id)
        found |= {(trace_id, span_id): told.of(span_id) for span_id in span_ids}
    return found


class _TraceMessages:
    """The messages of one trace's spans."""

    def __init__(self, snapshot: Snapshot, trace_id: str) -> None:
        self._received = {s.facts.span_id: s for s in snapshot.received_spans(trace_id)}
        self._trace = resolved([span.facts for span in self._received.values()])
        self._places = {span.facts.span_id: span for span in self._trace}
        self._records: defaultdict[str, list[ReceivedLogRecord]] = defaultdict(list)
        for record in snapshot.log_records_of_trace(trace_id):
            self._records[record.span_id or ""].append(record)

    def knows(self, span_id: str) -> bool:
        return span_id in self._places

    def of(self, span_id: str) -> SpanMessages:
        place = self._places.get(span_id)
        for teller in mapping.tellers_of(place, self._trace) if place else ():
            messages = self._told_by(teller)
            if messages.input or messages.output:
                return messages
        return SpanMessages()

    def _told_by(self, teller: ResolvedSpan) -> SpanMessages:
        (whole,) = otlp.open_spans([self._received[teller.facts.span_id]])
        records = otlp.open_log_records(self._records[teller.facts.span_id])
        return mapping.messages_of(whole, teller.facts.kind, records)


def _speaks(span: ResolvedSpan) -> bool:
    return span.role is Role.COUNTED or span.facts.kind is Kind.TOOL


def _key(span: ResolvedSpan) -> tuple[str, str]:
    return span.facts.trace_id, span.facts.span_id
