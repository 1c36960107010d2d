"""The calls and sessions of several traces at once: some emitters tell one call in two traces."""

from collections.abc import Sequence

from ..model import SpanFacts, TraceFacts, value
from ..settings import ImplicitSessions
from .calls import Calls, calls_of, joined_calls, with_twins
from .events import cover_events
from .forest import Forest, forest_of, joined_forest
from .recognition import recognise
from .sessions import Sessions, explicit_ids, nearest_claims, sessions_of
from .trace_ranges import TraceRange
from .twins import twins_of


@value
class Together:
    """What all spans of some traces are to calls and sessions; positions are the forest's."""

    forest: Forest
    calls: Calls
    sessions: Sessions
    traces: Sequence[TraceRange]

    def spans_of(self, trace: TraceRange) -> Sequence[SpanFacts]:
        return self.forest.spans[trace.first : trace.end]


def put_together(traces: Sequence[TraceFacts], implicit: ImplicitSessions) -> Together:
    """Find the calls and the sessions of *traces*, which hold a span or an event each."""
    forests: list[Forest] = []
    found: list[Calls] = []
    ranges: list[TraceRange] = []
    for trace in traces:
        recognition = recognise(forest_of([*trace.spans, *trace.events]))
        forests.append(recognition.forest)
        found.append(calls_of(recognition.forest, recognition.sums))
        first = ranges[-1].end if ranges else 0
        ranges.append(TraceRange.of(trace, recognition.forest, first))
    forest, calls = joined_forest(forests), joined_calls(found)
    if any(trace.events for trace in traces):
        calls = cover_events(forest, calls)
    claims = nearest_claims(forest, calls.transports)
    calls = with_twins(calls, twins_of(forest, calls, explicit_ids(forest, claims, ranges)))
    return Together(
        forest=forest,
        calls=calls,
        sessions=sessions_of(forest, calls, claims, ranges, implicit),
        traces=ranges,
    )
