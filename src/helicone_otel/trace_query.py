"""The read path to spans: read back, put in their places again, opened where somebody looks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from . import mapping, otlp, semconv
from .errors import NotFound
from .model import (
    STATUS_ERROR,
    AttributeValue,
    Kind,
    LlmRequest,
    ReceivedLogRecord,
    ResolvedSpan,
    Role,
    SessionSummary,
    SpanFacts,
    SpanMessages,
    WholeSpan,
)
from .session_calls import Call, SpanKey, call_tree
from .session_conversation import Turn, conversation
from .session_trace import PlacedSpan, session_trace
from .session_tree import PathNode, path_tree
from .settings import ImplicitSessions
from .store import Snapshot, SpanStore

_LATEST = 1000
"""Traces that are looked through, the last received first."""
_UNKNOWN_SERVICE = "unknown_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetail:
    """One session whole."""

    summary: SessionSummary
    requests: Sequence[LlmRequest]
    tree: PathNode
    calls: Sequence[Call]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceWanted:
    """Which traces are asked for: those with one span that is all of this."""

    service: str
    operation: str = ""
    after_ns: int | None = None
    before_ns: int | None = None
    min_ns: int | None = None
    max_ns: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def has(self, span: WholeSpan) -> bool:
        duration_ns = span.end_ns - span.start_ns
        return (
            service_name(span.resource) == self.service
            and self.operation in ("", span.name)
            and (self.after_ns is None or span.start_ns >= self.after_ns)
            and (self.before_ns is None or span.start_ns <= self.before_ns)
            and (self.min_ns is None or duration_ns >= self.min_ns)
            and (self.max_ns is None or duration_ns <= self.max_ns)
            and all(_has_tag(span, key, text) for key, text in self.tags.items())
        )


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
            spans = _members(snapshot, summary)
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
            places = {_key(span): span for span in _members(snapshot, summary)}
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
            spans = _with_sessions(snapshot, trace_id)
        if not spans:
            raise NotFound(f"There is no trace with the id {trace_id!r}.")
        return spans

    def find_traces(self, wanted: TraceWanted, *, limit: int) -> list[list[WholeSpan]]:
        """Return up to *limit* of the latest traces that have such a span."""
        found: list[list[WholeSpan]] = []
        with self._store.snapshot() as snapshot:
            for trace_id in snapshot.latest_traces(limit=_LATEST):
                spans = _with_sessions(snapshot, trace_id)
                if any(wanted.has(span) for span in spans):
                    found.append(spans)
                    if len(found) == limit:
                        break
        return found

    def list_operations(self) -> set[tuple[str, str, int]]:
        """Return the services, span names and kinds of the latest traces."""
        with self._store.snapshot() as snapshot:
            return {
                (service_name(span.resource), span.name, span.kind)
                for trace_id in snapshot.latest_traces(limit=_LATEST)
                for span in otlp.open_spans(snapshot.received_spans(trace_id))
            }

    def get_span(self, trace_id: str, span_id: str) -> PlacedSpan:
        """Return one span.

        Raises:
            NotFound: there is no such span.
        """
        with self._store.snapshot() as snapshot:
            received = [s for s in snapshot.received_spans(trace_id) if s.facts.span_id == span_id]
            if not received:
                raise _no_such_span(trace_id, span_id)
            places = _places(snapshot, trace_id)
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
                (s for s in _members(snapshot, summary) if _speaks(s)),
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
        self._trace = _placed([span.facts for span in self._received.values()])
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


def service_name(resource: Mapping[str, AttributeValue]) -> str:
    name = resource.get("service.name")
    return name if isinstance(name, str) and name else _UNKNOWN_SERVICE


def _has_tag(span: WholeSpan, key: str, text: str) -> bool:
    if key == "error":
        return text == ("true" if span.status_code == STATUS_ERROR else "false")
    for attributes in (span.attributes, span.resource):
        value = attributes.get(key)
        if value is not None:
            return (str(value).lower() if isinstance(value, bool) else str(value)) == text
    return False


def _with_sessions(snapshot: Snapshot, trace_id: str) -> list[WholeSpan]:
    """Return the spans of a trace, each with its session among its attributes."""
    sessions = {
        place.facts.span_id: {
            semconv.ATTR_SESSION_ID: place.session_id,
            semconv.ATTR_SESSION_PATH: place.path,
        }
        for place in _places(snapshot, trace_id)
        if place.session_id is not None
    }
    return [
        replace(span, attributes={**span.attributes, **sessions.get(span.span_id, {})})
        for span in otlp.open_spans(snapshot.received_spans(trace_id))
    ]


def _members(snapshot: Snapshot, summary: SessionSummary) -> list[ResolvedSpan]:
    return [
        span
        for trace_id in summary.trace_ids
        for span in _places(snapshot, trace_id)
        if span.session_id == summary.session_id
    ]


def _places(snapshot: Snapshot, trace_id: str) -> Iterable[ResolvedSpan]:
    """Return the spans of a trace in their places.

    Whether a trace that names no session makes one was decided when it came: if it does, that
    session is there.
    """
    placed = _placed(snapshot.facts_of_trace(trace_id))
    there = {None, *snapshot.sessions_of_trace(trace_id)}
    there |= {claim.session_id for span in placed for claim in span.facts.claims}
    if all(span.session_id in there for span in placed):
        return placed
    return [span if span.session_id in there else replace(span, session_id=None) for span in placed]


def _placed(facts: Sequence[SpanFacts]) -> Sequence[ResolvedSpan]:
    return mapping.resolve(facts, implicit=ImplicitSessions.ALL).spans if facts else ()


def _key(span: ResolvedSpan) -> tuple[str, str]:
    return span.facts.trace_id, span.facts.span_id
