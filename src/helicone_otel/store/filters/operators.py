"""Helicone's operators as SQL over one expression."""

from typing import assert_never

from ...model import Operand, Operator
from .parameters import Parameters

_SYMBOLS = {
    Operator.EQUALS: "=",
    Operator.NOT_EQUALS: "<>",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}
_GLOB = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})
"""LIKE of SQLite ignores case as it likes; GLOB never does."""


def compare_text(
    expression: str,
    operator: Operator,
    operand: Operand,
    parameters: Parameters,
    *,
    folded: str | None = None,
) -> str:
    """Return the comparison; *folded* is the expression without case, if there is a cheap one."""
    text = str(operand)
    caseless = folded or f"casefold({expression})"
    match operator:
        case Operator.LIKE:
            return f"{expression} GLOB {parameters.add(text.translate(_GLOB))}"
        case Operator.ILIKE:
            return f"{caseless} GLOB {parameters.add(text.casefold().translate(_GLOB))}"
        case Operator.CONTAINS:
            return f"instr({caseless}, {parameters.add(text.casefold())}) > 0"
        case Operator.NOT_CONTAINS:
            return f"instr({caseless}, {parameters.add(text.casefold())}) = 0"
        case Operator.WITHIN:
            below = parameters.add(f"{text.rstrip('/')}/")
            return f"({expression} = {parameters.add(text)} OR instr({expression}, {below}) = 1)"
        case (
            Operator.EQUALS
            | Operator.NOT_EQUALS
            | Operator.GT
            | Operator.GTE
            | Operator.LT
            | Operator.LTE
        ):
            return f"{expression} {_SYMBOLS[operator]} {parameters.add(text)}"
        case _:
            assert_never(operator)


def compare_number(
    expression: str, operator: Operator, operand: Operand, parameters: Parameters
) -> str:
    return f"{expression} {_SYMBOLS[operator]} {parameters.add(operand)}"


def compare_moment(
    expression_ns: str, operator: Operator, operand: Operand, parameters: Parameters
) -> str:
    """Return the comparison of nanoseconds with milliseconds, in the milliseconds' grain.

    Written without arithmetic on the column, so that an index can serve it.
    """
    milliseconds = int(operand)
    begins = parameters.add(milliseconds * 1_000_000)
    ends = parameters.add((milliseconds + 1) * 1_000_000)
    match operator:
        case Operator.GT:
            return f"{expression_ns} >= {ends}"
        case Operator.GTE:
            return f"{expression_ns} >= {begins}"
        case Operator.LT:
            return f"{expression_ns} < {begins}"
        case Operator.LTE:
            return f"{expression_ns} < {ends}"
        case Operator.NOT_EQUALS:
            return f"({expression_ns} < {begins} OR {expression_ns} >= {ends})"
        case _:
            return f"({expression_ns} >= {begins} AND {expression_ns} < {ends})"


def holds_for_absent(operator: Operator, operand: Operand) -> bool:
    """Tell whether the empty text, which an absent one reads as, passes."""
    match operator:
        case Operator.EQUALS | Operator.CONTAINS:
            return operand == ""
        case Operator.NOT_EQUALS | Operator.NOT_CONTAINS:
            return operand != ""
        case _:
            return not str(operand).strip("%")
