"""The read path to reasons: why spans are in their session, and what its totals sum."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import session_tree
from .errors import BadPayload, NotFound
from .explanation import (
    ExplainedRow,
    Ground,
    SpanKey,
    conflicts_of,
    grounds_of,
    rows_of_call,
    rows_of_trace,
)
from .model import Asked, RequestTotals, SessionSummary
from .store import Snapshot, SpanStore
from .trace_reading import explain_trace

_SHOWN_TRACES = 10
_TRACE_ID, _SPAN_ID = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{16}")
_SPAN_OF_TRACE = re.compile(f"({_TRACE_ID.pattern})/({_SPAN_ID.pattern})")


class AmbiguousSpan(BadPayload):
    """Several traces have a span of that id; the text names some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is explained."""

    kind: Asked
    session_id: str | None = None
    trace_id: str | None = None
    span_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedSession:
    """Where a session's numbers come from."""

    summary: SessionSummary
    """The whole session's."""
    summed: RequestTotals
    """Of what is counted in the rows of the explanation, those of other pages among them."""
    grounds: Sequence[Ground]
    conflicts: Sequence[Ground]
    """Other sessions that were named and gave way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    subject: Subject
    sessions: Sequence[ExplainedSession]
    """Those that the rows are in."""
    rows: Sequence[ExplainedRow]
    """One page."""
    row_count: int
    """Of all pages."""
    next_after: SpanKey | None


class ExplainQueries:
    """Explain; may be called from any thread."""

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def explain(
        self,
        asked: str,
        kind: Asked | None = None,
        *,
        after: SpanKey | None = None,
        limit: int,
    ) -> Explanation:
        """Explain the session, trace, span or `TRACE/SPAN` that *asked* is the id of.

        Without *kind* a session comes before a trace, a trace before what is shown as one.

        Raises:
            NotFound: nothing has that id.
            AmbiguousSpan: spans of several traces have it.
        """
        with self._store.snapshot() as snapshot:
            subject = _subject(snapshot, asked, kind)
        if subject.session_id is not None:
            self._store.settle_session(subject.session_id)
        with self._store.snapshot() as snapshot:
            rows = _rows(snapshot, subject)
            start = _position_after(rows, after)
            page = rows[start : start + limit]
            is_more = start + limit < len(rows)
            return Explanation(
                subject=subject,
                sessions=[
                    session
                    for session in _sessions(snapshot, rows, page)
                    if subject.session_id in (None, session.summary.session_id)
                ],
                rows=page,
                row_count=len(rows),
                next_after=page[-1].key if is_more and page else None,
            )


def _subject(snapshot: Snapshot, asked: str, kind: Asked | None) -> Subject:
    if kind in (None, Asked.SESSION) and _find_session(snapshot, asked):
        return Subject(kind=Asked.SESSION, session_id=asked)
    lowered = asked.lower()
    if kind in (None, Asked.TRACE) and _TRACE_ID.fullmatch(lowered):
        if snapshot.has_trace(lowered):
            return Subject(kind=Asked.TRACE, trace_id=lowered)
        shown = snapshot.find_session_of_trace_id(lowered)
        if shown is not None:
            return Subject(kind=Asked.SESSION, session_id=shown)
    if kind in (None, Asked.SPAN):
        if both := _SPAN_OF_TRACE.fullmatch(lowered):
            return Subject(kind=Asked.SPAN, trace_id=both[1], span_id=both[2])
        if _SPAN_ID.fullmatch(lowered):
            return _only_span(snapshot, lowered)
    raise NotFound(f"There is no {kind or 'session, trace or span'} with the id {asked!r}.")


def _only_span(snapshot: Snapshot, span_id: str) -> Subject:
    traces = snapshot.traces_with_span(span_id, limit=_SHOWN_TRACES)
    if not traces:
        raise NotFound(f"There is no span with the id {span_id!r}.")
    if len(traces) > 1:
        forms = ", ".join(f"{trace_id}/{span_id}" for trace_id in traces)
        raise AmbiguousSpan(f"Several traces have a span {span_id}; ask for one of {forms}.")
    return Subject(kind=Asked.SPAN, trace_id=traces[0], span_id=span_id)


def _rows(snapshot: Snapshot, subject: Subject) -> list[ExplainedRow]:
    if subject.session_id is not None:
        summary = snapshot.get_session(subject.session_id)
        return [
            row
            for trace_id in summary.trace_ids
            for row in _rows_of_trace(snapshot, trace_id)
            if summary.session_id in row.session_ids
        ]
    rows = _rows_of_trace(snapshot, subject.trace_id or "")
    if subject.span_id is None:
        return rows
    found = rows_of_call(rows, subject.span_id)
    if not found:
        told = f"There is no span {subject.span_id!r} in a trace {subject.trace_id!r}."
        raise NotFound(told)
    return found


def _rows_of_trace(snapshot: Snapshot, trace_id: str) -> list[ExplainedRow]:
    return rows_of_trace(
        explain_trace(snapshot, trace_id),
        snapshot.requests_of_trace(trace_id),
        snapshot.superseded_copies(trace_id),
    )


def _position_after(rows: Sequence[ExplainedRow], after: SpanKey | None) -> int:
    """Return where the page begins; at the start again if that row has gone."""
    keys = (index for index, row in enumerate(rows) if row.key == after)
    return next(keys, -1) + 1


def _sessions(
    snapshot: Snapshot, rows: Iterable[ExplainedRow], page: Iterable[ExplainedRow]
) -> list[ExplainedSession]:
    members: defaultdict[str, list[ExplainedRow]] = defaultdict(list)
    for row in rows:
        for session_id in row.session_ids:
            members[session_id].append(row)
    shown = dict.fromkeys(session_id for row in page for session_id in row.session_ids)
    found = (_find_session(snapshot, session_id) for session_id in shown)
    return [
        _explained_session(summary, members[summary.session_id]) for summary in found if summary
    ]


def _explained_session(summary: SessionSummary, rows: Sequence[ExplainedRow]) -> ExplainedSession:
    counted = (row.request for row in rows if row.is_counted_in(summary.session_id))
    return ExplainedSession(
        summary=summary,
        summed=session_tree.total(request for request in counted if request),
        grounds=grounds_of(rows, summary.session_id),
        conflicts=conflicts_of(rows, summary.session_id),
    )


def _find_session(snapshot: Snapshot, session_id: str) -> SessionSummary | None:
    """Return a session's numbers; `None` if there is none, or it has not been worked out yet."""
    try:
        return snapshot.get_session(session_id)
    except NotFound:
        return None
