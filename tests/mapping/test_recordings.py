"""What real packages sent means what was written down by hand, and costs what was billed."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recordings
from oracle import understand


@pytest.mark.parametrize("name", recordings.NAMES)
def test_a_recording_means_the_sessions_that_are_expected(name: str) -> None:
    expected = recordings.expectation(name)
    assert recordings.sessions_as_written(recordings.understood(name)) == expected["sessions"]


@pytest.mark.parametrize("name", recordings.NAMES)
def test_every_span_that_is_not_counted_has_the_expected_reason(name: str) -> None:
    expected = {
        (row["why"], row["scope"], row["span"]): row["times"]
        for row in recordings.expectation(name)["not_counted"]
    }
    assert recordings.not_counted(recordings.understood(name)) == expected


@pytest.mark.parametrize("name", recordings.NAMES)
def test_the_tokens_of_a_recording_are_those_that_the_provider_billed(name: str) -> None:
    expected = recordings.expectation(name)
    untold, invented = recordings.told_otherwise(name)
    assert untold == sorted(expected.get("untold", []))
    assert invented == sorted(expected.get("invented", []))


@settings(max_examples=20)
@given(st.sampled_from(recordings.NAMES), st.randoms(use_true_random=False))
def test_a_recording_means_the_same_in_any_order_with_repetitions(
    name: str, order: random.Random
) -> None:
    found = recordings.recording(name)
    spans, logs = found.spans, found.log_records
    spans += order.sample(spans, k=len(spans) // 4)
    order.shuffle(spans)
    order.shuffle(logs)
    again = understand(spans, logs, price=recordings.price)
    assert again.requests == recordings.understood(name).requests
    assert again.session_names == recordings.understood(name).session_names


def test_no_recording_says_where_it_was_made() -> None:
    for name in recordings.NAMES:
        text = str(recordings.recording(name))
        assert not re.search(r"/(tmp|root|home|Users|work)/", text), name
