"""How fast the sums of session groups are brought up to date."""

import pytest

from helicone_otel.store.group_upkeep import group_step

STEPS_A_SECOND = 8
"""While spans are coming, with a rest behind each."""


@pytest.mark.parametrize("arriving", [100, 500, 1500])
def test_what_is_left_to_sum_stays_bounded_under_load(arriving: int) -> None:
    behind = 0
    for _ in range(60 * STEPS_A_SECOND):
        behind += arriving // STEPS_A_SECOND
        behind -= min(behind, group_step(behind))
    assert behind < 2 * arriving
