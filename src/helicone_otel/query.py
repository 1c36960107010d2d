"""The read path: questions about sessions, answered from the store and folded where need be."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .histogram import Bin, cut_at_quantile, histogram
from .model import LlmRequest, RequestFilter, SessionGroup, SessionNameUse, SessionSummary
from .session_tree import PathNode, path_tree
from .store import SpanStore

NANO = 1_000_000_000
NAMES_LIMIT = 50
NAMES_DAYS = 150
"""Helicone's own limits of a session name query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    sessions: Sequence[SessionSummary]
    next_after: tuple[int, str] | None
    """(start, id) of the last session, to ask for the next page; `None` at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetail:
    summary: SessionSummary
    requests: Sequence[LlmRequest]
    tree: PathNode


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsAggregate:
    """Sums over session groups; averages are per group."""

    sessions: int
    requests: int
    cost_nano_usd: int
    latency_ns: int


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
        self, *, name: str | None = None, after: tuple[int, str] | None = None, limit: int = 100
    ) -> SessionPage:
        """Return up to *limit* sessions, newest start first, behind *after*."""
        with self._store.snapshot() as snapshot:
            found = snapshot.list_sessions(name=name, after=after, limit=limit + 1)
        page = found[:limit]
        more = len(found) > limit
        return SessionPage(
            sessions=page,
            next_after=(page[-1].start_ns, page[-1].session_id) if more and page else None,
        )

    def get_session(self, session_id: str) -> SessionDetail:
        """Return one session whole.

        Raises:
            NotFound: no span is in a session of that id.
        """
        with self._store.snapshot() as snapshot:
            summary = snapshot.get_session(session_id)
            requests = snapshot.list_requests(session_id)
        return SessionDetail(summary=summary, requests=requests, tree=path_tree(requests))

    def group_sessions(
        self, wanted: RequestFilter, *, limit: int = -1, offset: int = 0
    ) -> list[SessionGroup]:
        """Return the matching requests by session id and name, newest first; -1 is no limit."""
        with self._store.snapshot() as snapshot:
            return snapshot.group_sessions(wanted, limit=limit, offset=offset)

    def aggregate_sessions(self, wanted: RequestFilter) -> SessionsAggregate:
        groups = self.group_sessions(wanted)
        return SessionsAggregate(
            sessions=len(groups),
            requests=sum(group.requests for group in groups),
            cost_nano_usd=sum(group.cost_nano_usd for group in groups),
            latency_ns=sum(group.latency_ns for group in groups),
        )

    def list_session_names(self, wanted: RequestFilter, *, now_ns: int) -> list[SessionNameUse]:
        """Return the names used in the last 150 days, at most 50, the last used first."""
        oldest_ns = now_ns - NAMES_DAYS * 24 * 3600 * NANO
        recent = replace(wanted, after_ns=max(wanted.after_ns or oldest_ns, oldest_ns))
        with self._store.snapshot() as snapshot:
            return snapshot.list_session_names(recent, limit=NAMES_LIMIT)

    def measure_sessions(
        self, wanted: RequestFilter, *, level: float, interquartile: bool
    ) -> SessionMetrics:
        """Return distributions of requests by (id, name), and of duration and cost by id.

        Averages are by id. *level* is the quantile up to which values are shown.
        """
        groups = self.group_sessions(wanted)
        by_id: dict[str, list[SessionGroup]] = defaultdict(list)
        for group in groups:
            by_id[group.session_id].append(group)
        sessions = list(by_id.values())

        def distribution(shown: Sequence[float], averaged: Sequence[float]) -> Distribution:
            kept = cut_at_quantile(shown, level, both_ends=interquartile)
            average = sum(averaged) / len(averaged) if averaged else None
            return Distribution(bins=histogram(kept), average=average)

        requests = [sum(group.requests for group in session) for session in sessions]
        durations = [_duration_s(session) for session in sessions]
        costs = [sum(group.cost_nano_usd for group in session) / NANO for session in sessions]
        return SessionMetrics(
            requests=distribution([group.requests for group in groups], requests),
            duration_s=distribution(durations, durations),
            cost_usd=distribution(costs, costs),
        )


def _duration_s(session: Sequence[SessionGroup]) -> int:
    first = min(group.first_start_ns for group in session)
    last = max(group.last_start_ns for group in session)
    return last // NANO - first // NANO
