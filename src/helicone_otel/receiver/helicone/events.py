"""Helicone's three kinds of logs that are no model calls: tools, vector databases, data.

Their request bodies say so by `_type`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ...mapping.messages import Json, text_of
from .calls import Attribute, response_of
from .manual_log import ManualLog
from .shapes import json_text


class Event(NamedTuple):
    """What the span of such a log is called and says, its content apart."""

    name: str
    attributes: dict[str, Attribute]


def event_of(log: ManualLog) -> Event | None:
    """Return what kind of work *log* is; `None` for a model call."""
    read = _KINDS.get(text_of(log.request.body.get("_type")))
    return read(log.request.body) if read else None


def event_content(
    log: ManualLog, *, omit_request: bool = False, omit_response: bool = False
) -> dict[str, Attribute]:
    """Return what went in and came out, each unless it is omitted."""
    _, output = response_of(log)
    content: dict[str, Attribute] = {}
    if not omit_request:
        content["input.value"] = json_text(log.request.body)
    if not omit_response and output:
        content["output.value"] = output
    return content


def _tool(request: Json) -> Event:
    name = text_of(request.get("toolName")) or "tool"
    attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
    return Event(f"execute_tool {name}", dict(attributes))


def _vector_db(request: Json) -> Event:
    said = {
        "gen_ai.operation.name": "retrieval",
        "db.operation.name": text_of(request.get("operation")),
        "db.namespace": text_of(request.get("databaseName")),
    }
    return Event("vector_db", {key: value for key, value in said.items() if value})


def _data(request: Json) -> Event:
    return Event(text_of(request.get("name")) or "data", {})


_KINDS: Mapping[str, Callable[[Json], Event]] = {
    "tool": _tool,
    "vector_db": _vector_db,
    "data": _data,
}
