"""L5: session paths and the segments they are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.session_reference import join_path, normalize_path, path_segments, segment
from helicone_otel.session_reference.paths import extend_path

PATHS = st.text() | st.lists(st.sampled_from(["/", " ", "a", "é", ".", "\x00", "\u2003"])).map(
    "".join
)


@given(PATHS)
def test_normalizing_a_path_twice_changes_nothing(path: str) -> None:
    assert normalize_path(normalize_path(path)) == normalize_path(path)


@given(PATHS)
def test_a_path_is_never_empty(path: str) -> None:
    assert normalize_path(path).startswith("/")


@given(PATHS)
def test_joining_undoes_splitting(path: str) -> None:
    normalized = normalize_path(path)
    assert "/" + "/".join(path_segments(normalized)) == normalized


@given(st.lists(st.text().map(segment), max_size=20))
def test_splitting_undoes_joining(segments: list[str]) -> None:
    path = "/"
    for piece in segments:
        path = join_path(path, piece)
    assert path_segments(path) == segments


@given(st.text())
def test_the_segment_of_a_segment_is_itself(name: str) -> None:
    assert segment(segment(name)) == segment(name)


@given(st.text())
def test_a_segment_is_one_level(name: str) -> None:
    assert path_segments(normalize_path(segment(name))) == [segment(name)]


@pytest.mark.parametrize(
    ("path", "normalized"),
    [
        ("", "/"),
        ("/", "/"),
        ("//", "/"),
        ("a", "/a"),
        ("/a/", "/a"),
        ("a//b", "/a/b"),
        (" /a/b / ", "/a/b"),
        ("/Research Agent/Extract", "/Research Agent/Extract"),
        ("/a/../b", "/a/../b"),
    ],
)
def test_a_path_is_normalized_but_never_sanitised(path: str, normalized: str) -> None:
    assert normalize_path(path) == normalized


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("extract", "extract"),
        ("GET /items/{id}", "GET-items-id"),
        ("Résumé 日本", "Résumé-日本"),
        ("e\u0301", "é"),
        ("日 / 本", "日-本"),
        ("é._~-é", "é._~-é"),
        ("step ٣", "step-٣"),
        ("½ price", "price"),
        ("a" * 63 + "--b", "a" * 63),
        ("/" + "a" * 64, "a" * 63),
        ("/" + "é" * 64, "é" * 63),
        ("--", "span"),
        ("..", "span"),
        ("", "span"),
    ],
)
def test_a_segment_is_made_of_letters_digits_and_four_signs(name: str, expected: str) -> None:
    assert segment(name) == expected


def test_a_derived_path_does_not_repeat_its_last_segment() -> None:
    assert extend_path("/", "a") == "/a"
    assert extend_path("/a", "b") == "/a/b"
    assert extend_path("/a/b", "b") == "/a/b"


def test_a_derived_path_may_be_as_long_as_any() -> None:
    path = "/" + "/".join(["é" * 32] * 31)  # 2,015 bytes
    assert extend_path(path, "x" * 32) == path + "/" + "x" * 32
    assert extend_path(path, "x" * 33) == path


@given(st.lists(st.text(max_size=80).map(segment), max_size=100))
def test_a_derived_path_stops_growing_at_its_limits(pieces: list[str]) -> None:
    path = "/"
    for piece in pieces:
        path = extend_path(path, piece)
    assert normalize_path(path) == path
