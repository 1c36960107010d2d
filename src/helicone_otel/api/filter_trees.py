"""Filters changed as the endpoint that got them needs it."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from ..model import EVERYTHING, AllOf, AnyOf, Condition, Field, Filter

_MINUTE_MS = 60_000
_SHIFTED = frozenset({Field.GROUP_STARTED_MS, Field.GROUP_LAST_STARTED_MS})


def shifted(wanted: Filter, minutes: float) -> Filter:
    """Return *wanted* for sessions whose times are answered *minutes* later than they were."""

    def shift(condition: Condition) -> Filter:
        if condition.field not in _SHIFTED:
            return condition
        return replace(condition, operand=int(condition.operand) - round(minutes * _MINUTE_MS))

    return _mapped(wanted, shift)


def without_sums(wanted: Filter) -> Filter:
    """Return *wanted* with conditions on what a session sums to left out: they hold."""
    return _mapped(wanted, lambda c: EVERYTHING if c.field.is_of_group else c)


def _mapped(wanted: Filter, change: Callable[[Condition], Filter]) -> Filter:
    match wanted:
        case Condition():
            return change(wanted)
        case AllOf(parts=parts):
            return AllOf(parts=[_mapped(part, change) for part in parts])
        case AnyOf(parts=parts):
            return AnyOf(parts=[_mapped(part, change) for part in parts])
        case _:
            assert_never(wanted)
