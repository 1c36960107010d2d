"""Span facts as compact JSON: what is absent or empty is not written."""

from collections.abc import Sized
from dataclasses import fields
from typing import Any

import orjson

from ..model import Cost, Kind, ModelCall, SessionClaim, SpanFacts, Strength, Usage

_KEYS = ("trace_id", "span_id")
"""Columns of their own; not repeated in the JSON."""
_NAMES = {
    kind: tuple(field.name for field in fields(kind) if field.name not in _KEYS)
    for kind in (SpanFacts, SessionClaim, ModelCall, Usage, Cost)
}


def encode_facts(facts: SpanFacts) -> str:
    return orjson.dumps(
        _sparse(facts), default=_sparse, option=orjson.OPT_PASSTHROUGH_DATACLASS
    ).decode()


def decode_facts(trace_id: str, span_id: str, text: str) -> SpanFacts:
    row: dict[str, Any] = orjson.loads(text)
    return SpanFacts(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=row.pop("parent_span_id", None),
        name=row.pop("name", ""),
        scope=row.pop("scope", ""),
        start_ns=row.pop("start_ns"),
        end_ns=row.pop("end_ns"),
        kind=Kind(row.pop("kind")),
        segment=row.pop("segment", None),
        failed=row.pop("failed", False),
        status_message=row.pop("status_message", ""),
        claims=tuple(_claim(claim) for claim in row.pop("claims", ())),
        linked_trace_ids=tuple(row.pop("linked_trace_ids", ())),
        marks=tuple(row.pop("marks", ())),
        call=_call(call) if (call := row.pop("call", None)) is not None else None,
        **row,
    )


def _claim(row: dict[str, Any]) -> SessionClaim:
    return SessionClaim(
        session_id=row["session_id"], strength=Strength(row["strength"]), key=row["key"]
    )


def _call(row: dict[str, Any]) -> ModelCall:
    usage, cost = row.pop("usage", None), row.pop("cost", None)
    return ModelCall(
        operation=row.pop("operation", ""),
        usage=None if usage is None else Usage(**usage),
        cost=None if cost is None else Cost(**cost),
        **row,
    )


def _sparse(value: Any) -> dict[str, object]:  # noqa: ANN401 - any dataclass of the model
    return {
        name: item for name in _NAMES[type(value)] if not _is_absent(item := getattr(value, name))
    }


def _is_absent(item: object) -> bool:
    return item is None or item is False or (isinstance(item, Sized) and len(item) == 0)
