"""Conditions on what the matching requests of a group sum to, `s`, a row of a query's result."""

from ...model import Condition, Field
from .operators import compare_moment, compare_number
from .parameters import Parameters

_NUMBERS = {
    Field.GROUP_REQUESTS: "s.requests",
    Field.GROUP_COST_NANO_USD: "s.cost_nano_usd",
    Field.GROUP_INPUT_TOKENS: "s.input_tokens",
    Field.GROUP_OUTPUT_TOKENS: "s.output_tokens",
    Field.GROUP_TOTAL_TOKENS: "(s.input_tokens + s.output_tokens)",
}
_MOMENTS = {
    Field.GROUP_STARTED_MS: "s.first_start_ns",
    Field.GROUP_LAST_STARTED_MS: "s.last_start_ns",
}


def sums_sql(condition: Condition, parameters: Parameters) -> str:
    """Return SQL that tells whether `s` meets *condition*, which is one of a group."""
    if column := _MOMENTS.get(condition.field):
        return compare_moment(column, condition.operator, condition.operand, parameters)
    column = _NUMBERS[condition.field]
    return compare_number(column, condition.operator, condition.operand, parameters)
