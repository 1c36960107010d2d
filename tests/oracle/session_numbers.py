"""Section 8: a session's numbers, each by its definition."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .forest import Forest
from .saying import BOUNDARY_KINDS, Said
from .understanding import Understanding

_STEPS = BOUNDARY_KINDS | {"step"}


@dataclass(frozen=True, kw_only=True)
class SessionNumbers:
    name: str
    requests: int
    failed_requests: int
    unpriced_requests: int
    requests_without_usage: int
    cost_nano_usd: int
    input_tokens: int
    output_tokens: int
    latency_ns: int
    """Sum over the requests."""
    created_ns: int | None
    latest_request_ns: int | None
    duration_ns: int
    elapsed_ns: int
    active_ns: int
    spans: int
    missing_parents: int
    is_running: bool
    """A span of it has not ended."""

    @property
    def status(self) -> str:
        return "failed" if self.failed_requests else "success"


def numbers_of(understanding: Understanding, session_id: str) -> SessionNumbers:
    requests = understanding.of_session(session_id)
    forest, places = understanding.forest, understanding.places
    members = [said for said in forest.all if places.session(said) == session_id]
    kind = understanding.calls.structure.kind
    steps = [said for said in members if kind(said) in _STEPS]
    calls = {(request.trace_id, request.span_id) for request in requests}
    at_work = [said for said in members if (said.trace_id, said.span_id) in calls]
    above_work = {id(above) for s in [*at_work, *steps] for above in _above(s, members, forest)}
    leaves = [said for said in steps if id(said) not in above_work]
    usages = [request.tokens for request in requests if request.tokens]
    costs = [request.cost_nano_usd for request in requests if request.cost_nano_usd is not None]
    starts = [request.start_ns for request in requests]
    return SessionNumbers(
        name=understanding.session_names[session_id],
        requests=len(requests),
        failed_requests=sum(request.failed for request in requests),
        unpriced_requests=len(requests) - len(costs),
        requests_without_usage=len(requests) - len(usages),
        cost_nano_usd=sum(costs),
        input_tokens=sum(tokens.input or 0 for tokens in usages),
        output_tokens=sum(tokens.output or 0 for tokens in usages),
        latency_ns=sum(request.end_ns - request.start_ns for request in requests),
        created_ns=min(starts, default=None),
        latest_request_ns=max(starts, default=None),
        duration_ns=_length((request.start_ns, request.end_ns) for request in requests),
        elapsed_ns=_length((said.start_ns, said.end_ns) for said in members),
        active_ns=_union(
            [(request.start_ns, request.end_ns) for request in requests]
            + [(said.start_ns, said.end_ns) for said in leaves]
        ),
        spans=len(members),
        missing_parents=sum(forest.lacks_parent(said) for said in members),
        is_running=any(said.span.end_ns == 0 for said in members),
    )


def _above(said: Said, members: Sequence[Said], forest: Forest) -> Iterator[Said]:
    """Yield the ancestors of *said*, as far as they are in the session without a break."""
    for above in forest.ancestors(said):
        if not any(above is member for member in members):
            return
        yield above


def _length(intervals: Iterable[tuple[int, int]]) -> int:
    """Return from the first start to the last end."""
    known = list(intervals)
    return max((end for _, end in known), default=0) - min((start for start, _ in known), default=0)


def _union(intervals: list[tuple[int, int]]) -> int:
    """Return how long at least one of *intervals* lasts."""
    length, reached = 0, 0
    for start, end in sorted(intervals):
        length += max(end - max(start, reached), 0)
        reached = max(reached, end)
    return length
