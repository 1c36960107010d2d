"""Which spans are looked at for the messages of a call: those that stand for the same one."""

from msgspec.structs import replace

from builders import placed
from helicone_otel.mapping import Tellers
from helicone_otel.model import Kind, ModelCall, ResolvedSpan, Role


def told_by(number: int, *trace: ResolvedSpan) -> list[int]:
    """Return the numbers of the spans that may tell the messages of span *number*."""
    ids = {int(span.facts.span_id, 16): span for span in trace}
    return [int(span.facts.span_id, 16) for span in Tellers(trace).of(ids[number])]


def call(
    number: int, parent: int | None = None, *, role: Role = Role.COUNTED, response_id: str = ""
) -> ResolvedSpan:
    span = placed(number, parent, kind=Kind.LLM, role=role)
    told = ModelCall(operation="chat", response_id=response_id or None)
    return replace(span, facts=replace(span.facts, call=told))


def test_the_wrappers_of_a_call_are_asked_after_it_nearest_first() -> None:
    outer, inner = call(1, role=Role.WRAPPER), call(2, 1, role=Role.WRAPPER)
    assert told_by(3, outer, inner, call(3, 2)) == [3, 2, 1]


def test_what_stands_around_wrappers_is_not_asked() -> None:
    agent, wrapper = placed(1, kind=Kind.AGENT), call(2, 1, role=Role.WRAPPER)
    above = call(4, role=Role.WRAPPER)
    assert told_by(3, above, placed(1, 4), wrapper, call(3, 2)) == [3, 2]
    assert told_by(3, agent, call(3, 1)) == [3]


def test_at_most_four_wrappers_are_asked() -> None:
    around = [call(n, n - 1 or None, role=Role.WRAPPER) for n in range(1, 7)]
    assert told_by(7, *around, call(7, 6)) == [7, 6, 5, 4, 3]


def test_spans_beside_a_call_are_asked_if_they_tell_of_the_same_answer() -> None:
    same, other, step = call(2, response_id="r"), call(3, response_id="s"), placed(4)
    assert told_by(1, call(1, response_id="r"), same, other, step) == [1, 2]
    assert told_by(1, call(1), call(2)) == [1]


def test_at_most_four_spans_beside_a_call_are_asked() -> None:
    beside = [call(n, response_id="r") for n in range(2, 9)]
    assert told_by(1, call(1, response_id="r"), *beside) == [1, 2, 3, 4, 5]


def test_a_tool_tells_its_own_messages() -> None:
    wrapper = call(1, role=Role.WRAPPER)
    assert told_by(2, wrapper, placed(2, 1, kind=Kind.TOOL)) == [2]


def test_a_call_below_a_span_that_is_not_here_is_told_by_itself() -> None:
    assert told_by(2, call(2, 1)) == [2]
