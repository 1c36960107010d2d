"""Helicone's filter trees, from JSON to our filters."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar, assert_never

import orjson
from pydantic_core import PydanticCustomError

from ..model import EVERYTHING, AnyOf, Condition, Field, Filter, Operand, Operator, all_of
from ..session_reference import clean_text, normalize_path
from .filter_columns import (
    REQUEST_TABLES,
    SESSION_TABLES,
    Column,
    Columns,
    ColumnType,
    KeyedColumns,
    PropertyPresence,
    property_column,
)

MAX_BYTES, MAX_DEPTH, MAX_LEAVES = 8 * 1024, 16, 64
_MAX_SHOWN_BYTES = 100
_SPECIAL = {
    (Operator.EQUALS, "null"),
    (Operator.NOT_EQUALS, "null"),
    (Operator.EQUALS, "__empty__"),
}
"""How Helicone spells a text that is absent."""
_MAX_INT64 = 2**63 - 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")
_Tables = Mapping[str, Columns | KeyedColumns]


def session_filter(tree: object) -> Filter:
    """Read the filter of a session endpoint."""
    return _read_whole(tree, SESSION_TABLES)


def request_filter(tree: object) -> Filter:
    """Read the filter of a request endpoint."""
    return _read_whole(tree, REQUEST_TABLES)


def _read_whole(tree: object, tables: _Tables) -> Filter:
    """Read a tree.

    Raises:
        PydanticCustomError: it is not one, or past the limits.
    """
    try:
        size = len(orjson.dumps(tree))
    except orjson.JSONEncodeError as error:
        raise _mistake("it is nested too deep, or has a value that JSON does not carry") from error
    if size > MAX_BYTES:
        raise _mistake(f"it has {size} bytes, expected at most {MAX_BYTES}")
    found = _node(tree, tables, "filter", depth=1)
    leaves = sum(1 for _ in _conditions(found))
    if leaves > MAX_LEAVES:
        raise _mistake(f"it has {leaves} conditions, expected at most {MAX_LEAVES}")
    return found


_BRANCH = {"left", "operator", "right"}


def _node(tree: object, tables: _Tables, at: str, *, depth: int) -> Filter:
    if depth > MAX_DEPTH:
        raise _mistake(f"it is nested deeper than {MAX_DEPTH} levels")
    match tree:
        case "all":
            return EVERYTHING
        case {"left": left, "operator": operator, "right": right, **rest} if not rest:
            parts = [
                _node(left, tables, f"{at}.left", depth=depth + 1),
                _node(right, tables, f"{at}.right", depth=depth + 1),
            ]
            return _branch(operator, parts, at)
        case dict() if _BRANCH & tree.keys():
            raise _mistake(f"{at} is a branch: it has `left`, `operator` and `right`, no more")
        case dict():
            return all_of(
                part
                for table, columns in tree.items()
                for part in _table(_choice(tables, table, at), columns, f"{at}.{table}")
            )
        case _:
            raise _mistake(f'{at} is neither "all" nor an object')


def _branch(operator: object, parts: list[Filter], at: str) -> Filter:
    match operator:
        case "and":
            return all_of(parts)
        case "or":
            return AnyOf(parts=parts)
        case _:
            raise _mistake(f"{at}.operator is neither `and` nor `or`")


def _table(table: Columns | KeyedColumns, columns: object, at: str) -> Iterator[Filter]:
    if isinstance(table, KeyedColumns):
        yield from _keyed(table, columns, at)
        return
    for name, operators in _object(columns, at).items():
        match _choice(table, name, at):
            case Column() as column:
                yield from _column(column, operators, f"{at}.{name}")
            case KeyedColumns() as keyed:
                yield from _keyed(keyed, operators, f"{at}.{name}")
            case PropertyPresence():
                yield from _presence(operators, f"{at}.{name}")
            case other:
                assert_never(other)


def _keyed(keyed: KeyedColumns, keys: object, at: str) -> Iterator[Filter]:
    for key, operators in _object(keys, at).items():
        yield from _column(keyed.column(_text(key, at)), operators, f"{at}.{key}")


def _presence(operators: object, at: str) -> Iterator[Filter]:
    for operator, name in _object(operators, at).items():
        if operator != Operator.EQUALS:
            raise _mistake(f"{at}.{operator} is no operator here, expected one of: equals")
        column = property_column(_text(name, at))
        yield Condition(
            field=column.field, operator=Operator.NOT_EQUALS, operand="", key=column.key
        )


def _column(column: Column, operators: object, at: str) -> Iterator[Filter]:
    allowed = {operator.value: operator for operator in column.type.operators}
    for name, value in _object(operators, at).items():
        operator = _choice(allowed, name, at)
        operand = _operand(column, operator, value, f"{at}.{name}")
        yield Condition(field=column.field, operator=operator, operand=operand, key=column.key)


def _operand(column: Column, operator: Operator, value: object, at: str) -> Operand:
    match column.type:
        case ColumnType.TEXT:
            return _meant(column.field, operator, _text(value, at))
        case ColumnType.NUMBER:
            return _number(value, at)
        case ColumnType.USD:
            nano_usd = math.floor(Decimal(repr(_number(value, at))) * 10**9)
            return max(-_MAX_INT64, min(_MAX_INT64, nano_usd))
        case ColumnType.MOMENT:
            return _moment(value, at)
        case ColumnType.FLAG:
            if not isinstance(value, bool):
                raise _mistake(f"{at} is neither true nor false")
            return str(int(value)) if column.field is Field.SCORE else int(value)
        case _:
            assert_never(column.type)


def _meant(field: Field, operator: Operator, text: str) -> str:
    if (operator, text) in _SPECIAL:
        return ""
    if field is Field.PATH and operator in (Operator.EQUALS, Operator.NOT_EQUALS):
        return normalize_path(text)
    return text


def _text(value: object, at: str) -> str:
    if not isinstance(value, str):
        raise _mistake(f"{at} is not a string")
    return value


def _number(value: object, at: str) -> float:
    number = _parsed(value) if isinstance(value, str) else value
    if isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number):
        return number
    raise _mistake(f"{at} is not a number")


def _parsed(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(value: object, at: str) -> int:
    """Return Unix milliseconds; a time without a zone is UTC."""
    if isinstance(value, str) and _DATE.match(value):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            microseconds = (zoned - _EPOCH) // _EPOCH.resolution
            return microseconds // 1000
    raise _mistake(f"{at} is not a time as in 2024-02-29T12:00:00.250Z")


def _object(value: object, at: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _mistake(f"{at} is not an object")
    return value


def _choice(known: Mapping[str, T], name: str, at: str) -> T:
    if name not in known:
        raise _mistake(f"{at}.{name} is unknown, expected one of: {', '.join(sorted(known))}")
    return known[name]


def _conditions(tree: Filter) -> Iterator[Condition]:
    if isinstance(tree, Condition):
        yield tree
    else:
        for part in tree.parts:
            yield from _conditions(part)


def _mistake(reason: str) -> PydanticCustomError:
    shown = clean_text(reason, max_bytes=10 * _MAX_SHOWN_BYTES)
    message = "Could not match the union against any of the items. Issues: [{reason}]"
    return PydanticCustomError("filter", message, {"reason": shown})
