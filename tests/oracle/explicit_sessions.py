"""Section 4, rules 1 to 3: the sessions that somebody named."""

from .saying import Claim, Said
from .structure import Structure


class ExplicitSessions:
    """Which claim each span's session comes from, if from any."""

    def __init__(self, structure: Structure) -> None:
        self._structure, self._forest = structure, structure.forest
        self._claims = {id(said): self._work_out_claim(said) for said in self._forest.all}

    def claim(self, said: Said) -> Claim | None:
        """Return the claim by rules 1 and 2, else the only one of the trace by rule 3."""
        return self._claims[id(said)] or self._only_claim(said.trace_id)

    def is_assigned(self, said: Said) -> bool:
        """Tell whether rules 1 and 2 say where *said* belongs."""
        return self._claims[id(said)] is not None

    def are_in_one(self, one: Said, other: Said) -> bool:
        ours, theirs = self.claim(one), self.claim(other)
        return ours is not None and theirs is not None and ours.session_id == theirs.session_id

    def ids(self, trace_id: str) -> set[str]:
        """Return the distinct ids of the trace's strongest strength."""
        return {claim.session_id for claim in self._strongest(trace_id)}

    def _work_out_claim(self, said: Said) -> Claim | None:
        speakers = [said, *self._claiming_transport(said), *self._forest.ancestors(said)]
        best: Claim | None = None
        for speaker in speakers:  # nearest first: a farther one must be stronger
            for claim in speaker.claims[:1]:
                if best is None or claim.strength > best.strength:
                    best = claim
        return best

    def _claiming_transport(self, said: Said) -> list[Said]:
        if self._structure.kind(said) != "llm":
            return []
        claiming = [sent for sent in self._structure.transports(said) if sent.claims]
        rank = [(s.claims[0].strength, s.end_ns, s.span_id) for s in claiming]
        return [claiming[rank.index(max(rank))]] if rank else []

    def _only_claim(self, trace_id: str) -> Claim | None:
        strongest = self._strongest(trace_id)
        return strongest[0] if len({claim.session_id for claim in strongest}) == 1 else None

    def _strongest(self, trace_id: str) -> list[Claim]:
        claims = [claim for said in self._forest.trace(trace_id) for claim in said.claims]
        strength = max((claim.strength for claim in claims), default=0)
        return [claim for claim in claims if claim.strength == strength]
