"""The read path to what is in a session, a page at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile, groupby, islice
from typing import Generic, NamedTuple, TypeVar

from .model import (
    BEFORE_ALL,
    Kind,
    LlmRequest,
    ResolvedSpan,
    Role,
    SpanMessages,
    SpanPlace,
    value,
)
from .placed_spans import session_spans
from .session_calls import Call, SpanKey, call_tree, key_of
from .session_conversation import Turn, conversation
from .store import Snapshot, SpanStore
from .trace_messages import TraceMessages

T = TypeVar("T")
Place = TypeVar("Place")


class TurnPlace(NamedTuple):
    """Which message of a span, in the order that a conversation tells them."""

    start_ns: int
    span_id: str
    trace_id: str
    number: int


BEFORE_EVERY_TURN = TurnPlace(*BEFORE_ALL, 0)


@value
class Page(Generic[T, Place]):
    items: Sequence[T]
    next_after: Place | None
    """To ask for the next page; `None` at the end."""


class SessionPages:
    """Answer what is in a session; may be called from any thread.

    What comes meanwhile neither brings an item twice nor hides one.
    All methods raise `NotFound` if no span is in a session of that id.
    """

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def list_requests(
        self, session_id: str, *, after: SpanPlace = BEFORE_ALL, limit: int
    ) -> Page[LlmRequest, SpanPlace]:
        """Return LLM requests in start order."""
        self._store.settle_session(session_id)
        with self._store.snapshot() as snapshot:
            snapshot.get_session(session_id)
            found = snapshot.list_requests(session_id, after=after, limit=limit + 1)
        return _page(found, limit, lambda r: SpanPlace(r.start_ns, r.span_id, r.trace_id))

    def list_calls(
        self, session_id: str, *, after: SpanKey | None = None, limit: int
    ) -> Page[Call, SpanKey]:
        """Return spans, parents first; from the start again if the span *after* has gone."""
        self._store.settle_session(session_id)
        with self._store.snapshot() as snapshot:
            calls = call_tree(session_spans(snapshot, snapshot.get_session(session_id)))
        places = (index for index, call in enumerate(calls) if key_of(call.span) == after)
        begin = next(places, -1) + 1
        found = calls[begin : begin + limit + 1]
        return _page(found, limit, lambda call: key_of(call.span))

    def list_turns(
        self, session_id: str, *, after: TurnPlace = BEFORE_EVERY_TURN, limit: int
    ) -> Page[Turn, TurnPlace]:
        """Return messages as one conversation, which is read as far as the end of the page."""
        self._store.settle_session(session_id)
        with self._store.snapshot() as snapshot:
            summary = snapshot.get_session(session_id)
            traces = {t: TraceMessages(snapshot, t) for t in summary.trace_ids}
            turns = _with_places(conversation(_told_in(snapshot, session_id, traces)))
            behind = dropwhile(lambda told: told[0] <= after, turns)
            page = _page(list(islice(behind, limit + 1)), limit, lambda told: told[0])
        return Page(items=[turn for _, turn in page.items], next_after=page.next_after)


def _page(found: Sequence[T], limit: int, place_of: Callable[[T], Place]) -> Page[T, Place]:
    """Return a page of what was *found*, which is one more than *limit* if there is more."""
    is_last = len(found) <= limit
    return Page(items=found[:limit], next_after=None if is_last else place_of(found[limit - 1]))


def _told_in(
    snapshot: Snapshot, session_id: str, traces: Mapping[str, TraceMessages]
) -> Iterator[tuple[ResolvedSpan, SpanMessages]]:
    spans = (span for trace in traces.values() for span in trace.places)
    speaking = (span for span in spans if span.session_id == session_id and _speaks(span))
    for span in sorted(speaking, key=_place_of):
        snapshot.check_time()
        trace_id, span_id = key_of(span)
        yield span, traces[trace_id].of(span_id)


def _with_places(turns: Iterable[Turn]) -> Iterator[tuple[TurnPlace, Turn]]:
    for place, of_span in groupby(turns, key=lambda turn: _place_of(turn.span)):
        for number, turn in enumerate(of_span, start=1):
            yield TurnPlace(*place, number), turn


def _speaks(span: ResolvedSpan) -> bool:
    return span.role is Role.COUNTED or span.facts.kind is Kind.TOOL


def _place_of(span: ResolvedSpan) -> SpanPlace:
    return SpanPlace(span.facts.start_ns, span.facts.span_id, span.facts.trace_id)
