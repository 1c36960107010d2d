"""Objects that were taken apart into attributes: `llm.input_messages.0.message.role`."""

from collections.abc import Mapping

from ...model import AttributeValue
from .json_shapes import Json, parsed

_MAX_LEVELS = 12
"""The deepest that an emitter is known to write has nine."""


def flattened(attributes: Mapping[str, AttributeValue], prefix: str) -> list[Json]:
    """Return the list that the keys below *prefix* were, in the order of their numbers."""
    root: dict[str, object] = {}
    for key, value in attributes.items():
        if key.startswith(prefix):
            _put(root, key.removeprefix(prefix).split(".", _MAX_LEVELS), value)
    items = _put_together(root)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _put(root: dict[str, object], names: list[str], value: object) -> None:
    node = root
    for name in names[:-1]:
        below = node.setdefault(name, {})
        if not isinstance(below, dict):  # an emitter used the key for a value, too
            return
        node = below
    node.setdefault(names[-1], _typed_parts(value))


def _typed_parts(value: object) -> object:
    """Return the list of parts that some emitters write as JSON; any other text stays one."""
    found = parsed(value)
    is_parts = isinstance(found, list) and all(isinstance(p, dict) and "type" in p for p in found)
    return found if is_parts else value


def _put_together(node: object) -> object:
    """Return a map whose keys are all numbers as a list."""
    if not isinstance(node, dict):
        return node
    whole = {name: _put_together(below) for name, below in node.items()}
    if whole and all(name.isdecimal() for name in whole):
        return [whole[name] for name in sorted(whole, key=lambda name: (len(name), name))]
    return whole
