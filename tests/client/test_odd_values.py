"""Whatever `session()` and `step()` are given, the work goes on."""

from collections.abc import Iterator
from typing import cast

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from helicone_otel import SessionReference, session, step

pytestmark = pytest.mark.usefixtures("instrumented")


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("private text")


class Unreadable:
    def keys(self) -> Iterator[str]:
        raise RuntimeError("private text")


def odd(value: object) -> str:
    """Hand *value* over where the type checker wants a text."""
    return cast("str", value)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_bytes_are_utf_8() -> None:
    properties = cast("dict[str, object]", {b"x": b"caf\xc3\xa9", "y": b"\xff"})
    with session(
        odd(b"Chat"),
        id=odd(b"1"),
        user_id=odd(b"\xc3\xbc"),
        path=odd(bytearray(b"/a")),
        properties=properties,
    ) as reference:
        assert reference == SessionReference.of(
            id="1",
            name="Chat",
            path="/a",
            user_id="ü",
            properties={"x": "café", "y": "\N{REPLACEMENT CHARACTER}"},
        )


def test_what_cannot_be_printed_is_absent(caplog: pytest.LogCaptureFixture) -> None:
    value = odd(Unprintable())
    properties = {"x": value, value: "y", "z": 10**5000, "kept": 1}
    with (
        session("Chat", id="1"),
        step("plan", user_id=value, properties=properties),
        session(value, id=value, path=value) as reference,
    ):
        assert reference == SessionReference.of(
            id="1", name="Chat", path="/plan", properties={"kept": "1"}
        )
    assert all("private" not in message for message in warnings(caplog))
    assert len(warnings(caplog)) == 2


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_a_name_that_is_absent_adds_nothing_to_the_path(
    nothing: object, exporter: InMemorySpanExporter
) -> None:
    with session("Chat", id="1"), session(odd(nothing)), step(odd(nothing)) as reference:
        assert reference == SessionReference.of(id="1", name="Chat", path="/")
    with session(odd(nothing), id="2") as reference:
        assert reference == SessionReference.of(id="2", path="/")
    names = [span.name for span in exporter.get_finished_spans()]
    assert names == ["step", "session", "Chat", "session"]


def test_what_is_cut_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    with session("Chat", id="1" * 513, properties=dict.fromkeys(map(str, range(66)), "x")):
        pass
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == ["3 values of session() or step() were too long or too many: cut"]


def test_properties_may_be_pairs(caplog: pytest.LogCaptureFixture) -> None:
    pairs = cast("dict[str, object]", [("x", 1), ["y", "2"]])
    with session("Chat", properties=pairs) as reference:
        assert reference.properties == {"x": "1", "y": "2"}
    assert not caplog.records


@pytest.mark.parametrize("properties", [5, "text", ["x"], [("x", 1, 2)], object(), Unreadable()])
def test_properties_that_are_none_are_ignored_with_one_warning(
    properties: object, caplog: pytest.LogCaptureFixture
) -> None:
    for _turn in range(2):
        with session("Chat", id="1", properties=cast("dict[str, object]", properties)) as reference:
            assert reference == SessionReference.of(id="1", name="Chat", path="/")
    assert warnings(caplog) == [
        "properties= takes a mapping, or pairs of name and value; others are ignored"
    ]
