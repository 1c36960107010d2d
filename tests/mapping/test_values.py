"""How attribute values are read: in every spelling that emitters use, and only where sensible."""

import pytest

from helicone_otel.mapping.values import (
    as_count,
    as_identifier,
    as_label,
    as_milliseconds_ns,
    as_number,
    as_property_text,
    as_provider,
    as_said,
    as_seconds_ns,
    as_text,
    as_time_ns,
    json_object,
    short,
)
from helicone_otel.model import AttributeValue

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (["x", "y"], "x"),
        ([["x"]], "x"),
        ("", None),
        ([], None),
        ([""], None),
        (b"x", None),
        (7, None),
        (None, None),
    ],
)
def test_a_text_may_be_in_a_list(value: AttributeValue, text: str | None) -> None:
    assert as_text(value) == text
    assert as_label(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "null",
        " None ",
        "UNDEFINED",
        "***",
        "[Redacted]",
        "[Filtered by policy]",
        "[Scrubbed due to 'auth'\nand more]",
    ],
)
def test_a_placeholder_says_nothing(text: str) -> None:
    assert as_said(text) is None
    assert as_identifier([text]) is None


@pytest.mark.parametrize("text", ["nullable", "****", "[Redacted", "Filtered]", "[other]"])
def test_what_only_looks_like_a_placeholder_is_said(text: str) -> None:
    assert as_said(text) == text


@pytest.mark.parametrize(
    ("value", "identifier"),
    [(7, "7"), (0, "0"), ("7", "7"), (True, None), (7.0, None), (None, None)],
)
def test_a_number_names_something_and_a_flag_does_not(
    value: AttributeValue, identifier: str | None
) -> None:
    assert as_identifier(value) == identifier


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (0, 0),
        (2**53, 2**53),
        (2**53 + 1, None),
        (-1, None),
        (True, None),
        ("12", 12),
        (str(2**53), 2**53),
        ("9" * 17, None),
        ("-1", None),
        ("1.0", None),
        (12.0, 12),
        (12.5, None),
        (float("nan"), None),
        (float("inf"), None),
        (b"1", None),
    ],
)
def test_a_count_is_whole_and_no_more_than_a_float_can_tell(
    value: AttributeValue, count: int | None
) -> None:
    assert as_count(value) == count


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1.0),
        (0.5, 0.5),
        ("0.5", 0.5),
        (" 1e3 ", 1000.0),
        ("x", None),
        (True, None),
        (float("inf"), None),
        ("nan", None),
        (10**400, None),
        (None, None),
    ],
)
def test_a_number_is_finite(value: AttributeValue, number: float | None) -> None:
    assert as_number(value) == number


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        (1.5, 3 * SECOND // 2),
        (0, 0),
        (-1, None),
        ((2**63 - 1) / SECOND, 2**63 - 1),
        (2**63 / SECOND * 1.001, None),
        ("x", None),
    ],
)
def test_seconds_fit_a_column_or_are_none(value: AttributeValue, nanoseconds: int | None) -> None:
    assert as_seconds_ns(value) == nanoseconds


def test_milliseconds_are_thousandths_of_seconds() -> None:
    assert as_milliseconds_ns("1500") == 3 * SECOND // 2
    assert as_milliseconds_ns("soon") is None


NOON = 1_767_268_800 * SECOND
"""2026-01-01T12:00:00Z"""


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        ("2026-01-01T12:00:00Z", NOON),
        ('"2026-01-01T12:00:00Z"', NOON),
        ("2026-01-01T12:00:00", NOON),
        ("2026-01-01T14:00:00+02:00", NOON),
        (["2026-01-01T12:00:00.000001Z"], NOON + 1000),
        ("1969-12-31T23:59:59.999999Z", -1000),
        ("2026-01-01T12:00:00Z" + " " * 50, None),
        ("at noon", None),
        (7, None),
    ],
)
def test_a_moment_is_read_in_any_zone_to_the_microsecond(
    value: AttributeValue, nanoseconds: int | None
) -> None:
    assert as_time_ns(value) == nanoseconds


def test_the_microseconds_of_a_moment_are_exact() -> None:
    assert as_time_ns("2026-01-01T12:00:00.123457Z") == NOON + 123_457_000


@pytest.mark.parametrize(
    ("value", "provider"),
    [
        ("openai.chat", "openai"),
        ("openai.responses", "openai"),
        ("azure.openai.completion", "azure.openai"),
        ("gcp.vertex_ai", "gcp.vertex_ai"),
        (".chat", ".chat"),
        ("openai", "openai"),
        (7, None),
    ],
)
def test_a_provider_is_named_without_its_api(value: AttributeValue, provider: str | None) -> None:
    assert as_provider(value) == provider


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (0.5, "0.5"),
        (b"\xff", "ff"),
        (b"", None),
        (None, None),
        ({"a": [1, b"\xff"]}, '{"a":[1,"ff"]}'),
        (["x"], "x"),
        ([["x"]], "x"),
        (["x", "y"], '["x","y"]'),
        ([], "[]"),
    ],
)
def test_any_value_is_a_propertys_text(value: AttributeValue, text: str | None) -> None:
    assert as_property_text(value) == text


@pytest.mark.parametrize(
    ("value", "members"),
    [
        ('{"a": 1}', {"a": 1}),
        ({"a": 1}, {"a": 1}),
        ("{", {}),
        ('["a"]', {}),
        ("a", {}),
        (["a"], {}),
        (None, {}),
    ],
)
def test_an_object_is_read_in_json_and_out_of_it(
    value: AttributeValue, members: dict[str, int]
) -> None:
    assert json_object(value) == members


def test_a_text_is_kept_up_to_a_kibibyte() -> None:
    assert short("é" * 512) == "é" * 512
    assert len(short("é" * 513).encode()) <= 1024
    assert short("é" * 513).startswith("éé")
    assert short("a\0b") == "a b"
