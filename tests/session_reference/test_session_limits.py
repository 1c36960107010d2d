"""Nothing is too long to be carried, and what was cut can be told from what was not."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.session_reference import (
    SessionReference,
    baggage_of,
    headers_of,
    normalize_path,
    path_segments,
    value_count,
)
from helicone_otel.session_reference.reference import (
    clean_properties,
    property_lookup_key,
    property_name,
)
from helicone_otel.session_reference.text import clean_text
from helicone_otel.truncations import counted_truncations

MARK = re.compile(r".*~[0-9a-f]{12}")


@given(st.text(), st.integers(min_value=13, max_value=40))
def test_cleaning_twice_changes_nothing(text: str, max_bytes: int) -> None:
    once = clean_text(text, max_bytes=max_bytes)
    assert clean_text(once, max_bytes=max_bytes) == once
    assert len(once.encode()) <= max_bytes


@given(st.dictionaries(st.text(), st.text()))
def test_cleaning_properties_twice_changes_nothing(properties: dict[str, str]) -> None:
    once = clean_properties(properties)
    assert clean_properties(once) == once
    assert list(once) == sorted(once)


def test_values_that_are_too_long_are_cut_and_marked() -> None:
    long = "é" * 5000
    reference = SessionReference.of(
        id=long, path=long, name=long, user_id=long, properties={"x" * 5000: long}
    )
    ((name, value),) = reference.properties.items()
    limits = {reference.id: 512, reference.name: 512, reference.user_id: 512, reference.path: 2048}
    for text, limit in {**limits, name: 256, value: 1024}.items():
        assert text is not None
        assert len(text.encode()) <= limit
        assert MARK.fullmatch(text)


def test_what_was_cut_is_counted() -> None:
    with counted_truncations() as cut:
        SessionReference.of(id="x" * 512, name="x" * 513, user_id="é" * 512)
    assert cut == {"session value": 2}


@pytest.mark.parametrize(("given", "cut"), [(64, {}), (67, {"session value": 3})])
def test_properties_that_are_left_off_are_counted(given: int, cut: dict[str, int]) -> None:
    with counted_truncations() as counted:
        reference = SessionReference.of(properties={f"p{number}": "x" for number in range(given)})
    assert len(reference.properties) == 64
    assert counted == cut


def test_two_long_values_stay_two() -> None:
    one, other = (SessionReference.of(id="x" * 1000 + end).id for end in "ab")
    assert one != other


def test_a_path_has_at_most_64_segments() -> None:
    segments = path_segments(normalize_path("/".join(f"s{n}" for n in range(100))))
    assert len(segments) == 64
    assert segments[:63] == [f"s{n}" for n in range(63)]
    assert MARK.fullmatch(segments[63])


def test_a_path_of_64_segments_stays_whole() -> None:
    path = "/" + "/".join(f"s{n}" for n in range(64))
    assert normalize_path(path) == path


def test_the_first_64_properties_by_name_are_kept() -> None:
    kept = SessionReference.of(
        properties={f"p{n:03}": "x" for n in reversed(range(100))}
    ).properties
    assert list(kept) == [f"p{n:03}" for n in range(64)]


@pytest.mark.parametrize("size", [1000, 200])
def test_headers_that_do_not_fit_8_kib_are_left_off_whole(size: int) -> None:
    properties = {f"p{n:03}": "x" * size for n in range(64)}
    headers = headers_of(SessionReference.of(id="1", path="/a", properties=properties))
    request_id = {"Helicone-Request-Id": str(UUID(int=0))}
    lines = [f"{name}: {value}\r\n" for name, value in {**headers, **request_id}.items()]
    assert len("".join(lines)) <= 8192
    assert list(headers)[:3] == [
        "Helicone-Session-Id",
        "Helicone-Session-Path",
        "Helicone-Property-p000",
    ]
    assert set(headers.values()) == {"1", "/a", "x" * size}


def test_headers_may_fill_8_kib_to_the_last_byte() -> None:
    request_id = {"Helicone-Request-Id": str(UUID(int=0))}
    room = 8192 - sum(len(f"{name}: {value}\r\n") for name, value in request_id.items())
    properties = {f"p{n}": "x" * 1024 for n in range(7)}
    room -= sum(len(f"Helicone-Property-{name}: {value}\r\n") for name, value in properties.items())
    last = room - len("Helicone-Property-q: \r\n")
    fits = SessionReference.of(properties={**properties, "q": "x" * last})
    too_long = SessionReference.of(properties={**properties, "q": "x" * (last + 1)})
    assert "Helicone-Property-q" in headers_of(fits)
    more = SessionReference.of(properties={**fits.properties, "r": "x"})
    assert headers_of(more) == headers_of(fits)
    assert "Helicone-Property-q" not in headers_of(too_long)
    assert "Helicone-Property-q" not in headers_of(fits, beside_bytes=1)


def test_what_was_left_off_can_be_counted() -> None:
    reference = SessionReference.of(id="1", path="/", properties={f"p{n}": "x" for n in range(5)})
    assert value_count(reference) == len(headers_of(reference)) == 7


def test_baggage_is_measured_as_it_is_sent() -> None:
    fits = baggage_of(SessionReference.of(id="1", name="x" * 500, user_id="u"))
    assert len(fits) == 3
    encoded_three_fold = baggage_of(SessionReference.of(id="é" * 250, name="é" * 250))
    assert list(encoded_three_fold) == ["helicone.session.id"]


@given(st.text())
def test_a_property_name_is_its_own_name(name: str) -> None:
    assert property_name(property_name(name)) == property_name(name)


def test_property_names_are_looked_up_without_case_and_hyphens() -> None:
    assert property_name("Topic Name!") == "topic-name-"
    assert property_lookup_key("User_Tier") == property_lookup_key("user-tier")
