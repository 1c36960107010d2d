"""Helicone's filters over a list of requests, in the plainest Python: the SQL must agree."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from math import floor
from typing import Any

from helicone_otel.model import LlmRequest

Tree = Any
Groups = dict[tuple[str, str], list[LlmRequest]]


def select_groups(
    tree: Tree, requests: Iterable[LlmRequest], *, tags: dict[str, list[str]] | None = None
) -> Groups:
    """Return the matching requests by session id and name; groups without any are left out."""
    judge = _Judge(tags or {})
    candidates = _grouped(r for r in requests if judge.holds(tree, r, None))
    return _grouped(
        request
        for group in candidates.values()
        for request in group
        if judge.holds(tree, request, group)
    )


def _grouped(requests: Iterable[LlmRequest]) -> Groups:
    groups: Groups = defaultdict(list)
    for request in requests:
        groups[request.session_id, request.session_name or ""].append(request)
    return groups


class _Judge:
    def __init__(self, tags: dict[str, list[str]]) -> None:
        self._tags = tags

    def holds(self, tree: Tree, request: LlmRequest, group: Sequence[LlmRequest] | None) -> bool:
        """Decide on *request*; without a *group*, everything said of groups holds."""
        if tree in ("all", {}):
            return True
        if "operator" in tree:
            left = self.holds(tree["left"], request, group)
            right = self.holds(tree["right"], request, group)
            return (left and right) if tree["operator"] == "and" else (left or right)
        return all(
            self._leaf(table, column, operators, request, group)
            for table, columns in tree.items()
            for column, operators in columns.items()
        )

    def _leaf(
        self,
        table: str,
        column: str,
        operators: Tree,
        request: LlmRequest,
        group: Sequence[LlmRequest] | None,
    ) -> bool:
        if column == "properties":
            return all(
                _text_holds(operator, _property(request, key), value)
                for key, inner in operators.items()
                for operator, value in inner.items()
            )
        if column == "property_key":
            return all(_property(request, key) != "" for key in operators.values())
        if column == "session_tag":
            tags = self._tags.get(request.session_id, [])
            return all(
                any(_text_holds(operator, tag, value) for tag in tags)
                for operator, value in operators.items()
            )
        if column in _OF_GROUP:
            if group is None:
                return True
            return all(
                _number_holds(o, _OF_GROUP[column](group), _operand(column, v))
                for o, v in operators.items()
            )
        assert table in ("request_response_rmt", "sessions_request_response_rmt")
        if column in _TEXTS:
            return all(_text_holds(o, _TEXTS[column](request), v) for o, v in operators.items())
        return all(
            _number_holds(o, _NUMBERS[column](request), _operand(column, v))
            for o, v in operators.items()
        )


def _property(request: LlmRequest, key: str) -> str:
    wanted = key.lower().replace("_", "-")
    if wanted == "helicone-session-id":
        return request.session_id
    if wanted == "helicone-session-name":
        return request.session_name or ""
    if wanted == "helicone-session-path":
        return request.path
    for name, value in request.properties.items():
        if name.replace("_", "-") == wanted:
            return value
    return ""


_TEXTS: dict[str, Callable[[LlmRequest], str]] = {
    "user_id": lambda r: r.user_id or "",
    "provider": lambda r: (r.provider or "").upper(),
    "model": lambda r: r.response_model or r.request_model or "",
    "country_code": lambda _: "",
    "session_session_id": lambda r: r.session_id,
    "session_session_name": lambda r: r.session_name or "",
}
_NUMBERS: dict[str, Callable[[LlmRequest], float]] = {
    "latency": lambda r: (r.end_ns - r.start_ns) // 10**6,
    "cost": lambda r: r.cost.nano_usd if r.cost else 0,
    "status": lambda r: r.status,
    "prompt_tokens": lambda r: (r.usage.input_tokens or 0) if r.usage else 0,
    "total_tokens": lambda r: r.usage.total_tokens if r.usage else 0,
    "request_created_at": lambda r: r.start_ns // 10**6,
    "response_created_at": lambda r: r.end_ns // 10**6,
    "threat": lambda _: False,
}
_OF_GROUP: dict[str, Callable[[Sequence[LlmRequest]], float]] = {
    "session_total_requests": len,
    "session_total_cost": lambda group: sum(r.cost.nano_usd for r in group if r.cost),
    "session_total_tokens": lambda group: sum(r.usage.total_tokens for r in group if r.usage),
    "session_created_at": lambda group: min(r.start_ns for r in group) // 10**6,
    "session_latest_request_created_at": lambda group: max(r.start_ns for r in group) // 10**6,
}


def _operand(column: str, value: Any) -> float:  # noqa: ANN401 - JSON
    if column.endswith("_at"):
        return round(datetime.fromisoformat(value).timestamp() * 1000)
    if column.endswith("cost"):
        return floor(Decimal(repr(value)) * 10**9)
    return float(value)


def _number_holds(operator: str, number: float, operand: float) -> bool:
    return {
        "equals": number == operand,
        "not-equals": number != operand,
        "gt": number > operand,
        "gte": number >= operand,
        "lt": number < operand,
        "lte": number <= operand,
    }[operator]


def _text_holds(operator: str, text: str, operand: str) -> bool:
    absent = operand == "null" or (operand == "__empty__" and operator == "equals")
    match operator:
        case "equals":
            return text == "" if absent else text == operand
        case "not-equals":
            return text != "" if absent else text != operand
        case "like":
            return _pattern(operand).fullmatch(text) is not None
        case "ilike":
            return _pattern(operand.casefold()).fullmatch(text.casefold()) is not None
        case "contains":
            return operand.casefold() in text.casefold()
        case "not-contains":
            return operand.casefold() not in text.casefold()
        case _:
            raise AssertionError(operator)


def _pattern(like: str) -> re.Pattern[str]:
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(c) or re.escape(c) for c in like), re.DOTALL)
