"""The read path: questions about sessions, answered from the store and folded where need be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .histogram import Bin, cut_at_quantile, histogram
from .model import (
    ANY_SESSION,
    EVERYTHING,
    AnnotatedRequest,
    Condition,
    Field,
    Filter,
    GroupMeasure,
    GroupTotals,
    Operator,
    RequestOrder,
    SessionChange,
    SessionCursor,
    SessionFilter,
    SessionGroup,
    SessionNameUse,
    SessionOrder,
    SessionSummary,
    StoreTotals,
    all_of,
)
from .store import SpanStore

NANO, MILLI = 1_000_000_000, 1_000_000
NEWEST_FIRST = SessionOrder()
_SHOWN_VALUES, _MAX_NAMES = 20, 1000
NAMES_LIMIT = 50
NAMES_DAYS = 150
"""Helicone's own limits of a session name query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    sessions: Sequence[SessionSummary]
    next_after: SessionCursor | None
    """To ask for the next page; `None` at the end."""
    unsearched: int
    """Changed sessions in whose messages nothing can be found yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    bins: Sequence[Bin]
    average: float | None
    """Over all sessions, those beyond the quantile included; `None` without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMetrics:
    requests: Distribution
    duration_s: Distribution
    """Whole seconds crossed between first and last request start."""
    cost_usd: Distribution


class SessionQueries:
    """Answer questions; may be called from any thread."""

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def list_sessions(
        self,
        wanted: SessionFilter = ANY_SESSION,
        order: SessionOrder = NEWEST_FIRST,
        *,
        after: SessionCursor | None = None,
        limit: int = 100,
    ) -> SessionPage:
        """Return up to *limit* whole sessions behind *after* in that order."""
        with self._store.snapshot() as snapshot:
            found = snapshot.find_sessions(wanted, order, after=after, limit=limit + 1)
            unsearched = snapshot.upkeep_progress()["search"]
        page = found[:limit]
        return SessionPage(
            sessions=[listed.summary for listed in page],
            next_after=page[-1].cursor if len(found) > limit and page else None,
            unsearched=unsearched,
        )

    def group_sessions(
        self, wanted: Filter, *, limit: int = -1, offset: int = 0
    ) -> list[SessionGroup]:
        """Return the matching requests by session id and name, newest first; -1 is no limit."""
        with self._store.snapshot() as snapshot:
            return snapshot.group_sessions(wanted, limit=limit, offset=offset)

    def total_groups(self, wanted: Filter) -> GroupTotals:
        with self._store.snapshot() as snapshot:
            return snapshot.total_groups(wanted)

    def list_session_names(self, wanted: Filter, *, now_ns: int) -> list[SessionNameUse]:
        """Return the names used in the last 150 days, at most 50, the last used first."""
        oldest_ms = now_ns // MILLI - NAMES_DAYS * 24 * 3600 * 1000
        recent = Condition(field=Field.STARTED_MS, operator=Operator.GT, operand=oldest_ms)
        with self._store.snapshot() as snapshot:
            return snapshot.list_session_names(all_of([wanted, recent]), limit=NAMES_LIMIT)

    def find_requests(
        self, wanted: Filter, *, order: RequestOrder, limit: int, offset: int = 0
    ) -> list[AnnotatedRequest]:
        """Return matching LLM requests of all sessions."""
        with self._store.snapshot() as snapshot:
            return snapshot.find_requests(wanted, order=order, limit=limit, offset=offset)

    def count_requests(self, wanted: Filter) -> int:
        with self._store.snapshot() as snapshot:
            return snapshot.count_requests(wanted)

    def list_property_names(self) -> list[str]:
        """Return the names that properties of requests have, as they are looked up."""
        with self._store.snapshot() as snapshot:
            return snapshot.list_property_names()

    def list_properties(self) -> dict[str, list[str]]:
        """Return the names of properties, each with its first values."""
        with self._store.snapshot() as snapshot:
            return {
                name: snapshot.list_property_values(name, limit=_SHOWN_VALUES)
                for name in snapshot.list_property_names()
            }

    def list_all_names(self) -> list[SessionNameUse]:
        """Return the names that requests use, the last used first."""
        with self._store.snapshot() as snapshot:
            return snapshot.list_session_names(EVERYTHING, limit=_MAX_NAMES)

    def get_totals(self) -> StoreTotals:
        with self._store.snapshot() as snapshot:
            return snapshot.totals()

    def list_changes(self, *, after: int, limit: int) -> list[SessionChange]:
        """Return the sessions that changed after the change *after*, in that order."""
        with self._store.snapshot() as snapshot:
            return snapshot.list_changes(after=after, limit=limit)

    def place_of_change(self, asked: int | None) -> int:
        """Return the change to go on from: *asked*, unless it is of another file; else now."""
        with self._store.snapshot() as snapshot:
            last = snapshot.last_change_id()
        return last if asked is None else min(asked, last)

    def get_tag(self, session_id: str) -> str | None:
        """Return the tag that a session got last."""
        with self._store.snapshot() as snapshot:
            return snapshot.get_tag(session_id)

    def measure_sessions(
        self, wanted: Filter, *, level: float, interquartile: bool
    ) -> SessionMetrics:
        """Return distributions of requests by (id, name), and of duration and cost by id.

        Averages are by id. *level* is the quantile up to which values are shown.
        """
        with self._store.snapshot() as snapshot:
            groups = snapshot.measure_groups(wanted)
        sessions = _merged_by_id(groups)

        def distribution(shown: Sequence[float], average: float | None) -> Distribution:
            kept = cut_at_quantile(shown, level, both_ends=interquartile)
            return Distribution(bins=histogram(kept), average=average)

        durations = [last // NANO - first // NANO for _, _, first, last, _ in sessions]
        costs = [cost / NANO for *_, cost in sessions]
        requests = [count for _, count, *_ in groups]
        return SessionMetrics(
            requests=distribution(requests, _average(requests, len(sessions))),
            duration_s=distribution(durations, _average(durations, len(sessions))),
            cost_usd=distribution(costs, _average(costs, len(sessions))),
        )


def _merged_by_id(groups: Sequence[GroupMeasure]) -> Collection[GroupMeasure]:
    """Return one measure for each session id: most have one name."""
    if len({group[0] for group in groups}) == len(groups):
        return groups
    merged: dict[str, GroupMeasure] = {}
    for group in groups:
        known = merged.setdefault(group[0], group)
        if known is not group:
            merged[group[0]] = _added(known, group)
    return merged.values()


def _added(one: GroupMeasure, other: GroupMeasure) -> GroupMeasure:
    return GroupMeasure(
        session_id=one.session_id,
        requests=one.requests + other.requests,
        first_start_ns=min(one.first_start_ns, other.first_start_ns),
        last_start_ns=max(one.last_start_ns, other.last_start_ns),
        cost_nano_usd=one.cost_nano_usd + other.cost_nano_usd,
    )


def _average(values: Collection[float], sessions: int) -> float | None:
    return sum(values) / sessions if sessions else None
