"""Who is above whom: the spans of any number of traces."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from .otlp import Span
from .saying import Said, say


def fullest(spans: Iterable[Span]) -> list[Span]:
    """Return one copy of every span: ended, then more attributes, then a later end win."""
    best: dict[tuple[str, str], Span] = {}
    for span in spans:
        key = (span.trace_id, span.span_id)
        best[key] = max(span, best.get(key, span), key=_fullness)
    return list(best.values())


def _fullness(span: Span) -> tuple[bool, int, int, str]:
    return span.end_ns > 0, len(span.attributes), span.end_ns, json.dumps(asdict(span), default=str)


class Forest:
    """Every span with its ancestors; a span whose parent is not here is a root."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.all = sorted((say(span) for span in fullest(spans)), key=lambda said: said.order)
        self._by_id = {(said.trace_id, said.span_id): said for said in self.all}
        self._cycle_roots = {
            (root.trace_id, root.span_id)
            for said in self.all
            if (cycle := self._cycle_through(said))
            for root in [min(cycle, key=lambda member: member.order)]
        }
        self._parents = {id(said): self._parent(said) for said in self.all}
        self._ancestors: dict[int, list[Said]] = {}
        self._below: dict[int, list[Said]] = {}
        for said in self.all:
            for above in self.ancestors(said):
                self._below.setdefault(id(above), []).append(said)

    def find(self, trace_id: str | None, span_id: str | None) -> Said | None:
        return self._by_id.get((trace_id or "", span_id or ""))

    def trace(self, trace_id: str) -> list[Said]:
        return [said for said in self.all if said.trace_id == trace_id]

    def parent(self, said: Said) -> Said | None:
        return self._parents[id(said)]

    def ancestors(self, said: Said) -> list[Said]:
        """Nearest first."""
        if id(said) not in self._ancestors:
            found = []
            above = self.parent(said)
            while above is not None:
                found.append(above)
                above = self.parent(above)
            self._ancestors[id(said)] = found
        return self._ancestors[id(said)]

    def is_above(self, above: Said, below: Said) -> bool:
        return any(other is above for other in self.ancestors(below))

    def below(self, said: Said) -> list[Said]:
        return self._below.get(id(said), [])

    def lacks_parent(self, said: Said) -> bool:
        """Tell whether the parent is named, and not here."""
        named = said.span.parent_span_id
        return named is not None and self.find(said.trace_id, named) is None

    def _named_parent(self, said: Said) -> Said | None:
        named = said.span.parent_span_id
        return None if named == said.span_id else self._by_id.get((said.trace_id, named or ""))

    def _parent(self, said: Said) -> Said | None:
        is_root = (said.trace_id, said.span_id) in self._cycle_roots
        return None if is_root else self._named_parent(said)

    def _cycle_through(self, said: Said) -> list[Said]:
        walked: list[Said] = []
        current: Said | None = said
        while current is not None and not any(current is other for other in walked):
            walked.append(current)
            current = self._named_parent(current)
        return walked if current is said else []
