"""The calls of a trace, each counted once, and all the spans that stand for the same one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ..model import Kind, Role, SpanFacts, value
from .completions import endings_of
from .counting import NO_CALL, nested_calls
from .forest import Forest
from .hollow import hollow_calls, says_nothing
from .neighbours import neighbours_of
from .transports import CallTransport, call_transports


@value
class Calls:
    """Positions are those of the forest."""

    roles: Sequence[Role]
    around: Sequence[int]
    """For each span the nearest call above that it belongs to, or `NO_CALL`."""
    counted: Sequence[int]
    sums: Collection[int]
    """Of the counted ones those that are an agent's or workflow's sum."""
    transports: Mapping[int, CallTransport]
    """What was sent below a call."""
    neighbours: Mapping[int, CallTransport]
    """What was sent beside a call that has nothing below it."""
    endings: Mapping[int, int]
    """The span that tells how the stream of another ended."""
    twins: Mapping[int, Sequence[int]]
    """Spans beside a counted one that stand for the same call, the nearest container first."""
    covered: Mapping[int, int]
    """For a log record of a call that is told by a span, the span."""


def calls_of(forest: Forest, sums: Collection[int] = ()) -> Calls:
    """Return the calls of one trace; which are twins is for `with_twins` to say."""
    nested = nested_calls(forest, sums)
    transports = call_transports(forest, nested)
    counted = [index for index, role in enumerate(nested.roles) if role is Role.COUNTED]
    calls = Calls(
        roles=nested.roles,
        around=nested.around,
        counted=counted,
        sums=sums,
        transports=transports,
        neighbours={},
        endings={},
        twins={},
        covered={},
    )
    return _side_by_side(forest, calls) if len(counted) > 1 else calls


def _side_by_side(forest: Forest, calls: Calls) -> Calls:
    """Find which of several counted spans stand for one call, or for none.

    Each rule is asked only where a look at the counted spans shows that it may apply.
    """
    spans, roles = forest.spans, list(calls.roles)
    llm = [index for index in calls.counted if spans[index].kind is Kind.LLM]
    endings: Mapping[int, int] = {}
    neighbours: Mapping[int, CallTransport] = {}
    if any(spans[index].start_ns == spans[index].end_ns for index in llm):
        endings = endings_of(forest, llm)
        for ending in endings.values():
            roles[ending] = Role.COMPLETION
    sent = [index for index in calls.counted if spans[index].kind is Kind.TRANSPORT]
    if sent and llm:
        neighbours, beside = neighbours_of(forest, sent, calls.transports)
        for index in beside:
            roles[index] = Role.TRANSPORT
    known = endings.keys() | neighbours.keys() | calls.transports.keys()
    waiting = [index for index in (*llm, *sent) if roles[index] is Role.COUNTED]
    silent = {at for at in waiting if at not in known and says_nothing(spans[at])}
    if silent:
        for index in hollow_calls(forest, waiting, silent):
            roles[index] = Role.HOLLOW
    return replace(
        calls,
        roles=roles,
        counted=[index for index in calls.counted if roles[index] is Role.COUNTED],
        neighbours=neighbours,
        endings=endings,
    )


def joined_calls(of_traces: Sequence[Calls]) -> Calls:
    """Return the calls of several traces, whose spans lie one behind the other."""
    if len(of_traces) == 1:
        return of_traces[0]
    roles: list[Role] = []
    around: list[int] = []
    counted: list[int] = []
    sums: set[int] = set()
    transports: dict[int, CallTransport] = {}
    neighbours: dict[int, CallTransport] = {}
    endings: dict[int, int] = {}
    for calls in of_traces:
        first = len(roles)
        roles += calls.roles
        around += [at if at == NO_CALL else first + at for at in calls.around]
        counted += [first + at for at in calls.counted]
        sums |= {first + at for at in calls.sums}
        transports |= {first + at: sent for at, sent in calls.transports.items()}
        neighbours |= {first + at: sent for at, sent in calls.neighbours.items()}
        endings |= {first + told: first + ending for told, ending in calls.endings.items()}
    return Calls(
        roles=roles,
        around=around,
        counted=counted,
        sums=sums,
        transports=transports,
        neighbours=neighbours,
        endings=endings,
        twins={},
        covered={},
    )


def with_twins(calls: Calls, twins: Mapping[int, Sequence[int]]) -> Calls:
    """Return *calls* where of each group of *twins* the innermost alone is counted."""
    if not twins:
        return calls
    roles = list(calls.roles)
    for others in twins.values():
        for index in others:
            roles[index] = Role.TWIN
    counted = [index for index in calls.counted if roles[index] is Role.COUNTED]
    return replace(calls, roles=roles, counted=counted, twins=twins)


def wrappers_of(calls: Calls, spans: Sequence[SpanFacts], index: int) -> list[int]:
    """Return all that stands around the call counted at *index*, nearest first."""
    found = _above(calls, spans, index)
    for twin in calls.twins.get(index, ()):
        found += [twin, *_above(calls, spans, twin)]
    return found


_MAX_WRAPPERS = 16
"""Above one span; a chain of hostile length must not be walked for each call below it."""


def _above(calls: Calls, spans: Sequence[SpanFacts], index: int) -> list[int]:
    found: list[int] = []
    above = calls.around[index]
    while above != NO_CALL and spans[above].kind is Kind.LLM and len(found) < _MAX_WRAPPERS:
        found.append(above)
        above = calls.around[above]
    return found
