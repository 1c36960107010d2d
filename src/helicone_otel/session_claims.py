"""Claims about a session's numbers, such as `cost < 0.5 and errors == 0`."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .errors import BadPayload

MAX_CHARACTERS = 2000

Value = float | str | None
"""`None` is a number that is not known, such as a cost without prices."""

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_CALCULATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class BadClaim(BadPayload):
    """The claim cannot be decided; the text says why."""


def holds(claim: str, numbers: Mapping[str, Value]) -> bool:
    """Tell whether *claim* is true of *numbers*.

    It may compare them with each other and with constants, calculate with `+ - * /`, and join
    comparisons with `and`, `or`, `not` and parentheses.

    Raises:
        BadClaim: it is no such claim, or it asks about a number that is not known.
    """
    if len(claim) > MAX_CHARACTERS:
        raise BadClaim(f"The claim has {len(claim)} characters, expected at most {MAX_CHARACTERS}.")
    try:
        tree = ast.parse(claim.strip(), mode="eval").body
        return _is_true(tree, numbers)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadClaim(f"{claim!r} is no claim such as 'cost < 0.5 and errors == 0'.") from error
    except (TypeError, ZeroDivisionError) as error:
        raise BadClaim(f"{claim!r} cannot be decided: {error}.") from error


def names_in(claim: str) -> list[str]:
    """Return the names that a valid *claim* speaks of."""
    tree = ast.parse(claim.strip(), mode="eval")
    return list(dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name)))


def _is_true(node: ast.expr, numbers: Mapping[str, Value]) -> bool:
    match node:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_each(parts, numbers))
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_each(parts, numbers))
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _is_true(part, numbers)
        case ast.Compare(left=left, ops=ops, comparators=others):
            values = [_value(part, numbers) for part in (left, *others)]
            return all(
                _compare(op, one, other)
                for op, one, other in zip(ops, values, values[1:], strict=False)
            )
        case _:
            raise ValueError(ast.unparse(node))


def _each(parts: Sequence[ast.expr], numbers: Mapping[str, Value]) -> list[bool]:
    """Decide on all *parts*, so that a mistake in the last is told whatever the first says."""
    return [_is_true(part, numbers) for part in parts]


def _compare(op: ast.cmpop, one: float | str, other: float | str) -> bool:
    if type(op) not in _COMPARISONS:
        raise ValueError(ast.dump(op))
    if isinstance(one, str) != isinstance(other, str):
        raise TypeError(f"{one!r} and {other!r} cannot be compared")
    return _COMPARISONS[type(op)](one, other)


def _value(node: ast.expr, numbers: Mapping[str, Value]) -> float | str:
    match node:
        case ast.Constant(value=int() | float() | str() as constant):
            return constant
        case ast.Name(id=name):
            return _known(name, numbers)
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return -_number(part, numbers)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _CALCULATIONS:
            return _CALCULATIONS[type(op)](_number(left, numbers), _number(right, numbers))
        case _:
            raise ValueError(ast.unparse(node))


def _known(name: str, numbers: Mapping[str, Value]) -> float | str:
    if name not in numbers:
        raise BadClaim(f"{name!r} is unknown, expected one of: {', '.join(sorted(numbers))}.")
    value = numbers[name]
    if value is None:
        raise BadClaim(f"{name!r} is not known of this session.")
    return value


def _number(node: ast.expr, numbers: Mapping[str, Value]) -> float:
    value = _value(node, numbers)
    if isinstance(value, str):
        raise TypeError(f"{value!r} is no number")
    return value
