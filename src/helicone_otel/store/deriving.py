"""Derive traces again, each together with those that tell of the same calls."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from ..model import DerivedTrace, TraceFacts
from .derivation import Derivation
from .recent_traces import RecentTraces
from .related_traces import RelatedTraces

Derive = Callable[[Sequence[TraceFacts]], Sequence[DerivedTrace]]
"""Work out whole traces that may tell of the same calls, each in its place; pure, and indifferent
to the order of their spans."""

Group: TypeAlias = frozenset[str]
_MAX_ROUNDS = 8
"""What is derived shows which other traces have to be; after so many rounds it is enough."""


class Deriving:
    """Derive inside one transaction; `trace_ids` has all that were derived."""

    def __init__(
        self, connection: sqlite3.Connection, derive: Derive, recent: RecentTraces
    ) -> None:
        self._connection = connection
        self._derive = derive
        self._recent = recent
        self._related = RelatedTraces(connection)
        self.trace_ids: set[str] = set()

    def run(self, trace_ids: Iterable[str]) -> None:
        """Replace everything derived of these traces, and of others that depend on them."""
        groups = self._groups(trace_ids)
        for _ in range(_MAX_ROUNDS):
            if not groups:
                return
            groups = self._derive_groups(groups)

    def rehearse(self, trace_id: str) -> None:
        """Work out a trace as `run` would, and write nothing."""
        self._derived(self._group(trace_id))

    def _groups(self, trace_ids: Iterable[str]) -> list[Group]:
        return list(dict.fromkeys(self._group(trace_id) for trace_id in trace_ids))

    def _group(self, trace_id: str) -> Group:
        return frozenset((trace_id, *self._related.sharing(trace_id)))

    def _derive_groups(self, groups: Sequence[Group]) -> list[Group]:
        """Derive *groups*; return those that have to be derived now that these were."""
        derivation = Derivation(self._connection)
        relinked: list[str] = []
        for group in groups:
            together = sum(self._recent.get(trace_id).told() for trace_id in group)
            for trace in self._derived(group):
                known = self._recent.get(trace.trace_id)
                known.derived_with = together - known.told()
                known.derived = derivation.replace(trace.trace_id, known.derived, trace)
                if self._related.note(trace):
                    relinked.append(trace.trace_id)
            self.trace_ids |= group
        pairs = self._related.told_elsewhere(derivation.flush())
        moved = self._groups(self._related.moved_by(relinked))
        return _joined([*self._apart(pairs, groups), *moved])

    def _derived(self, group: Group) -> list[DerivedTrace]:
        """Return what the traces of *group* mean; nothing of those that are gone."""
        known = {trace_id: self._recent.get(trace_id) for trace_id in sorted(group)}
        there = {at: trace for at, trace in known.items() if trace.spans or trace.events}
        gone = [
            DerivedTrace(trace_id=trace_id, requests=(), slices=())
            for trace_id in known.keys() - there.keys()
        ]
        if not there:
            return gone
        facts = [trace.facts(at, self._related.continued(at)) for at, trace in there.items()]
        return [*self._derive(facts), *gone]

    def _apart(self, pairs: Iterable[tuple[str, str]], together: Iterable[Group]) -> list[Group]:
        """Return the groups that *pairs* join, less those that were derived together already."""
        derived = {trace_id: group for group in together for trace_id in group}
        joined = {self._group(one) | self._group(other): one for one, other in pairs}
        return [
            group for group, one in joined.items() if not group <= derived.get(one, frozenset())
        ]


def _joined(groups: Iterable[Group]) -> list[Group]:
    """Return *groups* where those that have a trace in common are one."""
    joined: dict[str, set[str]] = {}
    for group in groups:
        touched = [joined[trace_id] for trace_id in group if trace_id in joined]
        whole: set[str] = max(touched, key=len, default=set())
        for part in (*touched, group):
            if part is not whole:
                whole |= part
                joined |= dict.fromkeys(part, whole)
    return [frozenset(whole) for whole in {id(whole): whole for whole in joined.values()}.values()]
