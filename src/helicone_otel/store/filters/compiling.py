"""A filter as the SQL conditions that a question about session groups needs."""

from collections.abc import Callable
from typing import assert_never

from ...model import AllOf, AnyOf, Condition, Filter, value
from .groups import all_match_sql, any_may_match_sql, unsure_sql
from .parameters import Parameters
from .requests import request_sql
from .sums import sums_sql

Leaf = Callable[[Condition], str]


@value
class CompiledFilter:
    """Conditions of one filter, from rough to exact, and the values for all of them."""

    all_match: str
    """Of a row `g` of `session_group`: every request of it matches, for sure."""
    any_may_match: str
    """Of `g`: some request of it may match."""
    unsure: str
    """Of `g`: some condition cannot be decided; else `all_match` and `any_may_match` agree."""
    requests: str
    """Of a request `r`: it matches, whatever it and its like sum to."""
    sums: str
    """Of a row `s`: what the matching requests of a group sum to is as asked."""
    needs_sums: bool
    """Whether any condition is on sums."""
    is_mixed: bool
    """Whether an *or* joins conditions on requests with such on sums: then `exact` decides."""
    exact: str
    """Of `r` and `s` together, where `s` sums what `requests` selects."""
    parameters: dict[str, object]


def compile_filter(wanted: Filter) -> CompiledFilter:
    parameters = Parameters()

    def of_requests(leaf: Callable[[Condition, Parameters], str]) -> str:
        return _join(wanted, lambda c: "1" if c.field.is_of_group else leaf(c, parameters))

    return CompiledFilter(
        all_match=of_requests(all_match_sql),
        any_may_match=of_requests(any_may_match_sql),
        unsure=" OR ".join(unsure_sql(c, parameters) for c in _of_requests(wanted)) or "0",
        requests=of_requests(request_sql),
        sums=_join(wanted, lambda c: sums_sql(c, parameters) if c.field.is_of_group else "1"),
        needs_sums=any(c.field.is_of_group for c in _conditions(wanted)),
        is_mixed=_is_mixed(wanted),
        exact=_join(wanted, lambda c: _exact(c, parameters)),
        parameters=parameters.values,
    )


def _exact(condition: Condition, parameters: Parameters) -> str:
    compiled = sums_sql if condition.field.is_of_group else request_sql
    return compiled(condition, parameters)


def _join(wanted: Filter, leaf: Leaf) -> str:
    match wanted:
        case Condition():
            return leaf(wanted)
        case AllOf(parts=parts):
            return f"({' AND '.join(_join(part, leaf) for part in parts) or '1'})"
        case AnyOf(parts=parts):
            return f"({' OR '.join(_join(part, leaf) for part in parts) or '0'})"
        case _:
            assert_never(wanted)


def _is_mixed(wanted: Filter) -> bool:
    match wanted:
        case Condition():
            return False
        case AllOf(parts=parts):
            return any(_is_mixed(part) for part in parts)
        case AnyOf():
            return len({c.field.is_of_group for c in _conditions(wanted)}) > 1
        case _:
            assert_never(wanted)


def _of_requests(wanted: Filter) -> list[Condition]:
    return [condition for condition in _conditions(wanted) if not condition.field.is_of_group]


def _conditions(wanted: Filter) -> list[Condition]:
    if isinstance(wanted, Condition):
        return [wanted]
    return [condition for part in wanted.parts for condition in _conditions(part)]
