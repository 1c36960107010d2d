"""Section 6: which spans stand for which call of a model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .explicit_sessions import ExplicitSessions
from .saying import Said
from .structure import Structure
from .usage import Tokens

_DATE_OR_VERSION = re.compile(r"[-@:](\d{4}-?\d{2}-?\d{2}|\d{4}|\d{8}|v\d+(:\d+)?|latest)$")

_VENDOR = re.compile(r"^([a-z]+\.)+(?=[a-z])")


class Role(StrEnum):
    COUNTED = "counted"
    AGGREGATE = "aggregate"
    """Counted: an agent's or workflow's sum, where no call of its own is known."""
    WRAPPER = "wrapper"
    TWIN = "twin"
    COMPLETION = "completion"
    HOLLOW = "hollow"
    TRANSPORT = "transport"
    OTHER = "other"


@dataclass(kw_only=True, eq=False)
class Call:
    """One call: the span that is counted, and all that stand for the same."""

    counted: Said
    twins: list[Said] = field(default_factory=list)
    """Side by side with the counted one, the nearest container first."""

    @property
    def members(self) -> list[Said]:
        return [self.counted, *self.twins]


class Calls:
    """The calls among the spans of a forest."""

    def __init__(self, structure: Structure, sessions: ExplicitSessions) -> None:
        self.structure, self.forest = structure, structure.forest
        self._sessions = sessions
        innermost = [said for said in self.forest.all if structure.is_innermost(said)]
        self._completions = self._work_out_completions(innermost)
        beside = [said for said in innermost if self._is_beside_its_call(said)]
        finished = [*self._completions.values(), *beside]
        open_calls = [
            Call(counted=said) for said in innermost if not any(said is other for other in finished)
        ]
        hollow = [call for call in open_calls if self._is_hollow(call, open_calls)]
        real = [call for call in open_calls if call not in hollow]
        self.calls = self._one_for_twins(real)
        self.calls += [Call(counted=said) for said in structure.aggregates]
        self.calls.sort(key=lambda call: call.counted.order)
        self._roles = self._work_out_roles(hollow, beside)

    def role(self, said: Said) -> Role:
        return self._roles[id(said)]

    def speaking(self, said: Said) -> list[Said]:
        """Return *said* and the span that tells how its stream ended, if there is one."""
        ending = self._completions.get(id(said))
        return [said, ending] if ending else [said]

    def tokens(self, said: Said) -> Tokens | None:
        return next((speaker.tokens for speaker in self.speaking(said) if speaker.tokens), None)

    def transports(self, said: Said) -> list[Said]:
        """Return the transport spans of the call of *said*: below it, else beside it."""
        return self.structure.transports(said) or self._transports_beside(said)

    # completions

    def _work_out_completions(self, innermost: Sequence[Said]) -> dict[int, Said]:
        """Return by the span it completes each zero-length one that tells how a stream ended."""
        found: dict[int, Said] = {}
        for ending in innermost:
            for said in self.forest.all:
                if id(said) not in found and self._completes(ending, said):
                    found[id(said)] = ending
                    break
        return found

    def _completes(self, ending: Said, said: Said) -> bool:
        return (
            ending is not said
            and self.structure.kind(said) == self.structure.kind(ending) == "llm"
            and ending.start_ns == ending.end_ns
            and said.start_ns < said.end_ns <= ending.start_ns
            and said.tokens is None
            and said.scope == ending.scope
            and said.trace_id == ending.trace_id
            and said.span.parent_span_id == ending.span.parent_span_id
            and said.request_model is not None
            and said.request_model == ending.request_model
        )

    # HTTP spans beside their call: some instrumentations do not make their span the current one

    def _transports_beside(self, said: Said) -> list[Said]:
        return [
            other
            for other in self.forest.all
            if other.carries_llm_request
            and self.structure.is_innermost(other)
            and self._lies_within_sibling(other, said)
        ]

    def _is_beside_its_call(self, transport: Said) -> bool:
        return self.structure.kind(transport) == "transport" and any(
            self._lies_within_sibling(transport, said) and not self.structure.transports(said)
            for said in self.forest.all
        )

    def _lies_within_sibling(self, transport: Said, said: Said) -> bool:
        return (
            self.structure.kind(said) == "llm"
            and said.trace_id == transport.trace_id
            and said.span.parent_span_id == transport.span.parent_span_id
            and said.span.parent_span_id is not None
            and said.start_ns <= transport.start_ns
            and transport.end_ns <= said.end_ns
        )

    # hollow

    def _is_hollow(self, call: Call, calls: Sequence[Call]) -> bool:
        parent = self.forest.parent(call.counted)
        return (
            parent is not None
            and self._says_nothing(call)
            and any(
                not self._says_nothing(other) and self.forest.is_above(parent, other.counted)
                for other in calls
            )
        )

    def _says_nothing(self, call: Call) -> bool:
        said = call.counted
        below = {self.structure.kind(other) for other in self.forest.below(said)}
        return (
            self.structure.kind(said) == "llm"
            and self.speaking(said) == [said]
            and said.tokens is None
            and not (said.response_id or said.response_model or said.finish_reason)
            and not (said.has_output or said.failed)
            and "llm" not in below
            and not self.transports(said)
        )

    # twins

    def _one_for_twins(self, calls: Sequence[Call]) -> list[Call]:
        """Join calls that are one, in start order; of one call's spans the contained is counted."""
        groups: list[list[Call]] = []
        for call in sorted(calls, key=_outermost_first):
            group = next((g for g in groups if self._belongs(call, g)), None)
            if group is None:
                groups.append([call])
            else:
                group.append(call)
        return [
            replace(group[-1], twins=[outer.counted for outer in reversed(group[:-1])])
            for group in groups
        ]

    def _belongs(self, call: Call, group: Sequence[Call]) -> bool:
        scopes = [other.counted.scope for other in group]
        return call.counted.scope not in scopes and self._are_twins(group[-1], call)

    def _are_twins(self, outer: Call, inner: Call) -> bool:
        a, b = outer.counted, inner.counted
        if (
            self.structure.kind(a) != "llm"
            or self.structure.kind(b) != "llm"
            or self.structure.work(a) != self.structure.work(b)
        ):
            return False
        if self.forest.is_above(a, b) or self.forest.is_above(b, a):
            return False
        if a.response_id and b.response_id:
            overlap = a.start_ns <= b.end_ns and b.start_ns <= a.end_ns
            return a.response_id == b.response_id and overlap
        near = a.trace_id == b.trace_id or self._sessions.are_in_one(a, b)
        contains = a.start_ns <= b.start_ns and b.end_ns <= a.end_ns
        return (
            near
            and contains
            and _usages_agree(self.tokens(a), self.tokens(b))
            and _models_agree(a, b)
        )

    # what became of every span

    def _work_out_roles(self, hollow: Sequence[Call], beside: Sequence[Said]) -> dict[int, Role]:
        roles = {id(said): self._plain_role(said) for said in self.forest.all}
        roles |= {id(said): Role.TRANSPORT for said in beside}
        roles |= {id(call.counted): Role.HOLLOW for call in hollow}
        roles |= {id(ending): Role.COMPLETION for ending in self._completions.values()}
        for call in self.calls:
            for said in call.twins:
                roles[id(said)] = Role.TWIN
            is_sum = any(call.counted is aggregate for aggregate in self.structure.aggregates)
            roles[id(call.counted)] = Role.AGGREGATE if is_sum else Role.COUNTED
        return roles

    def _plain_role(self, said: Said) -> Role:
        if self.structure.is_call(said):
            return Role.WRAPPER
        return Role.TRANSPORT if self.structure.kind(said) == "transport" else Role.OTHER


def _outermost_first(call: Call) -> tuple[int, int, str, str]:
    said = call.counted
    return said.start_ns, -said.end_ns, said.span_id, said.trace_id


def _usages_agree(one: Tokens | None, other: Tokens | None) -> bool:
    """Tell whether input and output are equal, or said by one of the two alone."""
    if one is None or other is None:
        return True
    pairs = [(one.input, other.input), (one.output, other.output)]
    return all(a == b for a, b in pairs if a and b)


def _models_agree(a: Said, b: Said) -> bool:
    ours = {_plain_model(model) for model in (a.request_model, a.response_model) if model}
    theirs = {_plain_model(model) for model in (b.request_model, b.response_model) if model}
    return bool(ours & theirs)


def _plain_model(model: str) -> str:
    """Return *model* without a vendor before it or a date or version behind it."""
    plain = _VENDOR.sub("", model.rpartition("/")[2])
    while (shorter := _DATE_OR_VERSION.sub("", plain)) != plain:
        plain = shorter
    return plain
