"""A session's messages as one conversation."""

from builders import placed
from helicone_otel.model import Message, MessagePart, PartKind, SpanMessages
from helicone_otel.session_conversation import conversation


def said(role: str, text: str, *, finish_reason: str | None = None) -> Message:
    part = MessagePart(kind=PartKind.TEXT, text=text)
    return Message(role=role, parts=[part], finish_reason=finish_reason)


def texts(*spans: SpanMessages) -> list[str]:
    turns = conversation((placed(n), messages) for n, messages in enumerate(spans, start=1))
    return [turn.message.parts[0].text for turn in turns]


def test_history_is_told_once() -> None:
    first = SpanMessages(
        input=[said("user", "1")], output=[said("assistant", "2", finish_reason="stop")]
    )
    second = SpanMessages(
        input=[said("user", "1"), said("assistant", "2"), said("user", "3")],
        output=[said("assistant", "4")],
    )
    assert texts(first, second) == ["1", "2", "3", "4"]


def test_what_is_said_again_after_something_new_is_told_again() -> None:
    first = SpanMessages(input=[said("user", "yes")], output=[said("assistant", "sure?")])
    second = SpanMessages(input=[said("user", "hm"), said("user", "yes")])
    assert texts(first, second) == ["yes", "sure?", "hm", "yes"]


def test_the_same_answer_twice_is_told_twice() -> None:
    answer = SpanMessages(input=[said("user", "go")], output=[said("assistant", "done")])
    assert texts(answer, answer) == ["go", "done", "done"]
