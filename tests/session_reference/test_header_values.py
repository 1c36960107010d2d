"""How a value is spelled in an HTTP header, and read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.session_reference import (
    SessionReference,
    decode_header_value,
    encode_header_value,
    headers_of,
)

PIECES = st.sampled_from(["%", "25", "2", "5", "C3", "A9", "c3", "a9", "é", "a", " ", "41", "%25"])
ENCODABLE = st.text(st.characters(exclude_categories=["Cs"]))


@given(ENCODABLE | st.lists(PIECES).map("".join))
def test_a_value_survives_its_header(value: str) -> None:
    assert decode_header_value(encode_header_value(value)) == value


@given(ENCODABLE | st.lists(PIECES).map("".join))
def test_an_encoded_value_is_printable_ascii(value: str) -> None:
    encoded = encode_header_value(value)
    assert encoded.isascii()
    assert encoded.isprintable()


@pytest.mark.parametrize(
    ("value", "header"),
    [
        pytest.param("Research Agent", "Research Agent", id="spaces stay"),
        pytest.param("/a/b", "/a/b", id="a slash stays"),
        pytest.param("100%", "100%", id="a lone percent stays"),
        pytest.param("%41", "%41", id="an escape of a plain character stays"),
        pytest.param("%25", "%25", id="an escaped percent stays"),
        pytest.param("%c3%a9", "%c3%a9", id="lower-case escapes are none of ours"),
        pytest.param("%C3%A9", "%25C3%25A9", id="what would be decoded is escaped"),
        pytest.param("%25C3%25A9", "%2525C3%2525A9", id="and so on"),
        pytest.param("Café", "Caf%C3%A9", id="non-ASCII is percent-encoded"),
        pytest.param("50% é", "50%25 %C3%A9", id="then so is every percent"),
        pytest.param("%FF", "%FF", id="escapes that are no UTF-8 stay"),
    ],
)
def test_a_value_has_one_spelling(value: str, header: str) -> None:
    assert encode_header_value(value) == header
    assert decode_header_value(header) == value


@pytest.mark.parametrize("tail", ["", "é", "x", "%"])
def test_a_long_chain_of_escapes_survives(tail: str) -> None:
    value = "%" + "25" * 20_000 + tail
    assert decode_header_value(encode_header_value(value)) == value


@pytest.mark.parametrize(
    "unsafe", ["a\r\nX-Evil: 1", "a\x00b", "a\nb", "\ud800", "a\udfffb", "\x7f"]
)
def test_no_header_can_be_smuggled_in(unsafe: str) -> None:
    reference = SessionReference.of(
        id=unsafe, path=unsafe, name=unsafe, user_id=unsafe, properties={unsafe: unsafe}
    )
    for name, value in headers_of(reference).items():
        assert (name + value).isascii()
        assert (name + value).isprintable()


def test_half_a_character_becomes_the_sign_for_an_unreadable_one() -> None:
    assert SessionReference.of(name="a\ud800b").name == "a\ufffdb"


def test_control_characters_become_one_space() -> None:
    assert SessionReference.of(name="\ta\r\n\x00b\x85c ").name == "a b c"
