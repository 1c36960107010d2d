"""A session id can be a trace id in another spelling."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from helicone_otel.session_reference import derived_trace_id, is_implicit, session_id_of_trace

TRACE_IDS = st.integers(min_value=1, max_value=2**128 - 1).map(lambda number: f"{number:032x}")


@given(TRACE_IDS)
def test_a_trace_id_survives_as_a_session_id(trace_id: str) -> None:
    assert UUID(session_id_of_trace(trace_id)).hex == trace_id


@given(TRACE_IDS, TRACE_IDS)
def test_an_id_is_implicit_in_its_own_trace_only(one: str, other: str) -> None:
    assert is_implicit(session_id_of_trace(one), one)
    assert is_implicit(session_id_of_trace(one), other) == (one == other)


@given(TRACE_IDS, TRACE_IDS)
def test_a_session_named_after_one_of_its_traces_is_shown_as_that(one: str, other: str) -> None:
    assert derived_trace_id(session_id_of_trace(one), [other, one]) == one


def test_another_session_is_shown_under_the_hash_of_its_id() -> None:
    assert derived_trace_id("chat-1", ["0" * 31 + "1"]) == "eaeb9111b1c6744278e803977dbf25fb"
