"""L1: a session reference survives each of its three spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import baggage
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context

from helicone_otel.session_reference import (
    SessionReference,
    attributes_of,
    baggage_of,
    headers_of,
    reference_from_attributes,
    reference_from_baggage,
    reference_from_headers,
)

TRICKY = st.sampled_from(
    ["%", "%41", "%25", "%2525", "%C3%A9", "é", "日本", "+", ",", ";", "=", " "]
)


def texts(max_size: int) -> st.SearchStrategy[str]:
    tricky = st.lists(TRICKY | st.characters(), max_size=max_size // 2).map("".join)
    return st.text(max_size=max_size) | tricky.map(lambda text: text[:max_size])


def references(*, max_size: int, max_properties: int) -> st.SearchStrategy[SessionReference]:
    text = st.none() | texts(max_size)
    properties = st.dictionaries(texts(max_size), texts(max_size), max_size=max_properties)
    return st.builds(
        SessionReference.of, id=text, path=text, name=text, user_id=text, properties=properties
    )


SMALL = references(max_size=12, max_properties=3)
"""Fit the 2 KiB of baggage however they are encoded."""
ANY = references(max_size=60, max_properties=4)


@given(ANY)
def test_a_reference_survives_headers(reference: SessionReference) -> None:
    assert reference_from_headers(headers_of(reference)) == reference


@given(ANY)
def test_header_names_may_come_in_any_case(reference: SessionReference) -> None:
    headers = {name.upper(): value for name, value in headers_of(reference).items()}
    assert reference_from_headers(headers) == reference


@given(ANY)
def test_a_reference_survives_attributes(reference: SessionReference) -> None:
    assert reference_from_attributes(attributes_of(reference)) == reference


@given(SMALL)
def test_a_reference_survives_baggage(reference: SessionReference) -> None:
    assert reference_from_baggage(baggage_of(reference)) == reference


@given(SMALL)
def test_a_reference_survives_a_baggage_header(reference: SessionReference) -> None:
    assert reference_from_baggage(sent_as_baggage(baggage_of(reference))) == reference


@given(ANY)
def test_headers_are_printable_ascii_without_outer_space(reference: SessionReference) -> None:
    for value in headers_of(reference).values():
        assert value.isascii()
        assert value.isprintable()
        assert value == value.strip()


def test_a_reference_is_spelled_as_helicone_documents_it() -> None:
    reference = SessionReference.of(
        id="7", path="abstract", name="Course", user_id="u", properties={"Topic": "x"}
    )
    assert headers_of(reference) == {
        "Helicone-Session-Id": "7",
        "Helicone-Session-Path": "/abstract",
        "Helicone-Session-Name": "Course",
        "Helicone-User-Id": "u",
        "Helicone-Property-topic": "x",
    }


def test_ids_are_written_under_opentelemetrys_keys_too() -> None:
    attributes = attributes_of(SessionReference.of(id="7", user_id="u"))
    assert attributes == {
        "helicone.session.id": "7",
        "session.id": "7",
        "helicone.user.id": "u",
        "user.id": "u",
    }


def test_opentelemetrys_keys_are_read_where_ours_say_nothing() -> None:
    of_others = {"session.id": "7", "user.id": "u"}
    assert reference_from_attributes(of_others) == SessionReference.of(id="7", user_id="u")
    ours = {"helicone.session.id": "8", "helicone.user.id": "v"}
    read = reference_from_attributes({**of_others, **ours})
    assert read == SessionReference.of(id="8", user_id="v")


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\x00", "\x85\u2003"])
def test_an_empty_value_is_absent(blank: str) -> None:
    blanks = SessionReference.of(
        id=blank, path=blank, name=blank, user_id=blank, properties={"x": blank, blank: "x"}
    )
    assert blanks == SessionReference()


def test_what_is_said_nearer_wins_part_by_part() -> None:
    inner = SessionReference.of(path="/b", user_id="v", properties={"x": "2"})
    outer = SessionReference.of(id="1", path="/a", user_id="u", properties={"x": "1", "y": "1"})
    expected = SessionReference.of(id="1", path="/b", user_id="v", properties={"x": "2", "y": "1"})
    assert inner.over(outer) == expected


def sent_as_baggage(entries: dict[str, str]) -> dict[str, object]:
    """Return what the next process reads after the W3C propagator carried *entries*."""
    context = Context()
    for key, value in entries.items():
        context = baggage.set_baggage(key, value, context)
    carrier: dict[str, str] = {}
    W3CBaggagePropagator().inject(carrier, context)
    return dict(baggage.get_all(W3CBaggagePropagator().extract(carrier, Context())))
