"""Conditions on a whole group of requests, `g`, a row of `session_group`.

What is kept of a group cannot always decide. So there are three questions: do all of its requests
match for sure, may any of them match, and does it lie between the two? A group that does must be
summed anew, and then at least one condition of its filter lies there.
"""

from ...model import Condition, Field, Operator
from ...session_reference import property_lookup_key
from .operators import compare_moment, compare_text, holds_for_absent
from .parameters import Parameters
from .requests import tag_sql

_FIRST, _LAST = "g.first_start_ns", "g.last_start_ns"
_FACET_KEYS = {
    Field.USER_ID: "#user",
    Field.MODEL: "#model",
    Field.PROVIDER: "#provider",
    Field.PATH: "#path",
}
_SAME_FOR_ALL = frozenset({Field.SESSION_ID, Field.SESSION_NAME, Field.TAG, Field.NOWHERE_TEXT})
_WHOLE, _IN_PART, _EITHER = " AND f.is_whole = 1", " AND f.is_whole = 0", ""


def all_match_sql(condition: Condition, parameters: Parameters) -> str:
    """Return SQL that is true only if every request of `g` meets *condition*."""
    match condition.field:
        case Field.STARTED_MS:
            return _all_starts(condition, parameters)
        case field if field in _SAME_FOR_ALL:
            return _same_for_all(condition, parameters)
        case field if _is_faceted(field):
            return _facets(condition, parameters, passes=_WHOLE, fails=_EITHER)
        case _:
            return "0"


def any_may_match_sql(condition: Condition, parameters: Parameters) -> str:
    """Return SQL that is false only if no request of `g` meets *condition*."""
    match condition.field:
        case Field.STARTED_MS:
            return _any_start(condition, parameters)
        case field if field in _SAME_FOR_ALL:
            return _same_for_all(condition, parameters)
        case field if _is_faceted(field):
            return _facets(condition, parameters, passes=_EITHER, fails=_WHOLE)
        case _:
            return "1"


def unsure_sql(condition: Condition, parameters: Parameters) -> str:
    """Return SQL that is true if some of `g` may meet *condition*, but maybe not all."""
    match condition.field:
        case Field.STARTED_MS:
            some, every = _any_start(condition, parameters), _all_starts(condition, parameters)
            return f"({some} AND NOT {every})"
        case field if field in _SAME_FOR_ALL:
            return "0"
        case field if _is_faceted(field):
            return _deciding_facets(condition, parameters, _IN_PART)
        case _:
            return "1"


def _is_faceted(field: Field) -> bool:
    return field is Field.PROPERTY or field in _FACET_KEYS


def _same_for_all(condition: Condition, parameters: Parameters) -> str:
    operator, operand = condition.operator, condition.operand
    match condition.field:
        case Field.SESSION_ID:
            column, folded = "g.session_id", "g.folded_id"
        case Field.SESSION_NAME:
            column, folded = "g.session_name", "g.folded_name"
        case Field.TAG:
            return tag_sql("g.session_id", condition, parameters)
        case _:
            column, folded = "''", "''"
    return compare_text(column, operator, operand, parameters, folded=folded)


def _all_starts(condition: Condition, parameters: Parameters) -> str:
    operator, operand = condition.operator, condition.operand
    first = compare_moment(_FIRST, operator, operand, parameters)
    last = compare_moment(_LAST, operator, operand, parameters)
    return f"({first} AND {last})"  # each comparison holds for an interval


def _any_start(condition: Condition, parameters: Parameters) -> str:
    operator, operand = condition.operator, condition.operand
    match operator:
        case Operator.GT | Operator.GTE:
            return compare_moment(_LAST, operator, operand, parameters)
        case Operator.LT | Operator.LTE:
            return compare_moment(_FIRST, operator, operand, parameters)
        case _:
            first = compare_moment(_FIRST, Operator.LTE, operand, parameters)
            last = compare_moment(_LAST, Operator.GTE, operand, parameters)
            return f"({first} AND {last})"


def _facets(condition: Condition, parameters: Parameters, *, passes: str, fails: str) -> str:
    """Ask for a value that passes, or for none that fails if requests without any pass."""
    if holds_for_absent(condition.operator, condition.operand):
        return f"NOT {_deciding_facets(condition, parameters, fails)}"
    return _deciding_facets(condition, parameters, passes)


def _deciding_facets(condition: Condition, parameters: Parameters, which: str) -> str:
    key = _FACET_KEYS.get(condition.field) or property_lookup_key(condition.key)
    holds = compare_text("f.value", condition.operator, condition.operand, parameters)
    negated = "NOT " if holds_for_absent(condition.operator, condition.operand) else ""
    # The plus keeps SQLite on the index by start: a common value has too many groups to sort.
    return (
        "(+g.group_id IN (SELECT f.group_id FROM session_facet AS f"  # noqa: S608 - all made here
        f" WHERE f.key = {parameters.add(key)} AND {negated}({holds}){which}))"
    )
