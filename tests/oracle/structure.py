"""Section 5 and the boundaries of section 6: what spans are, and which belong to one call."""

from .forest import Forest
from .saying import BOUNDARY_KINDS, Said


class Structure:
    """The spans of a forest with their kinds, and who is around whose call."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self._kinds = self._work_out_kinds()
        self._within: dict[int, list[Said]] = {}
        self.aggregates = [said for said in forest.all if self._is_aggregate(said)]

    def kind(self, said: Said) -> str:
        return self._kinds[id(said)]

    def _work_out_kinds(self) -> dict[int, str]:
        kinds: dict[int, str] = {}
        lowest_first = sorted(self.forest.all, key=lambda said: -len(self.forest.ancestors(said)))
        for said in lowest_first:
            below = [kinds[id(other)] for other in self.forest.below(said)]
            is_llm = said.could_be_llm and "llm" not in below
            kinds[id(said)] = "llm" if is_llm else said.kind
        return kinds

    def within_call(self, said: Said) -> list[Said]:
        """Return the ancestors up to the first boundary, nearest first."""
        if id(said) not in self._within:
            found = []
            for above in self.forest.ancestors(said):
                if self.kind(above) in BOUNDARY_KINDS:
                    break
                found.append(above)
            self._within[id(said)] = found
        return self._within[id(said)]

    def wrappers(self, said: Said) -> list[Said]:
        """Return the LLM spans above that stand for the same call, nearest first.

        An agent's or a workflow's sum is of other calls than the one above it.
        """
        if self.kind(said) in BOUNDARY_KINDS:
            return []
        return [
            above
            for above in self.within_call(said)
            if self.kind(above) == "llm" and self._does_same_work(above, said)
        ]

    def transports(self, said: Said) -> list[Said]:
        """Return the transport spans of the call of *said*, itself included if it is one."""
        return [
            other
            for other in self.forest.all
            if self.kind(other) == "transport" and (other is said or self._is_sent_for(other, said))
        ]

    def _is_sent_for(self, transport: Said, said: Said) -> bool:
        above = self.within_call(transport)
        if not any(other is said for other in above):
            return False
        calls = [other for other in above if self.kind(other) == "llm"]
        return not calls or self.work(calls[0]) == self.work(said)

    def is_innermost(self, said: Said) -> bool:
        if not self.is_call(said):
            return False
        return not any(
            self.is_call(other)
            and any(above is said for above in self.within_call(other))
            and self._does_same_work(said, other)
            for other in self.forest.below(said)
        )

    def is_call(self, said: Said) -> bool:
        if self.kind(said) == "llm":
            return True
        return said.carries_llm_request and not self._is_covered(said)

    def _is_covered(self, transport: Said) -> bool:
        above = self.within_call(transport)
        boundary = next(
            (a for a in self.forest.ancestors(transport) if self.kind(a) in BOUNDARY_KINDS), None
        )
        by_aggregate = any(boundary is aggregate for aggregate in self.aggregates)
        return by_aggregate or any(self.kind(other) == "llm" for other in above)

    def _does_same_work(self, above: Said, below: Said) -> bool:
        work = {self.work(above), self.work(below)}
        return len(work) == 1 or "any" in work

    def work(self, said: Said) -> str:
        if self.kind(said) != "llm":
            return "any"
        return "embed" if said.embeds else "generate"

    def _is_aggregate(self, said: Said) -> bool:
        if self.kind(said) not in ("agent", "workflow") or said.tokens is None:
            return False
        below = self.forest.below(said)
        return not any(
            self.kind(other) == "llm"
            or (self.kind(other) in ("agent", "workflow") and other.tokens is not None)
            for other in below
        )
