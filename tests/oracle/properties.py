"""The properties that one span carries, whatever spelling they come in."""

import json
from collections.abc import Iterator
from typing import Any

from helicone_otel.session_reference import clean_properties, decode_header_value

from . import keys
from .otlp import Attributes
from .values import is_placeholder, parsed

_TAKEN = {
    key.lower()
    for row in ([key for key, _ in keys.SESSION_ID], keys.SESSION_NAME, keys.SESSION_PATH,
                keys.USER_ID, keys.REQUEST_ID)
    for key in row
}  # fmt: skip
"""Keys that other rows of the table use are no properties."""


def properties_of(attributes: Attributes) -> dict[str, str]:
    merged: dict[str, str] = {}
    for prefix in reversed(keys.PROPERTY_PREFIXES):  # the strongest spelling is laid last
        layer = dict(_with_prefix(attributes, prefix))
        merged = merge(merged, clean_properties(layer))
    tags = next((found for key in keys.TAGS if (found := _property_text(attributes.get(key)))), "")
    return merge(clean_properties({"tags": tags}), merged)


def merge(weaker: dict[str, str], stronger: dict[str, str]) -> dict[str, str]:
    """Merge by look-up, which takes `_` and `-` for one; the first 64 by name stay."""
    merged = dict(weaker)
    for name, value in stronger.items():
        for same in [n for n in merged if n.replace("_", "-") == name.replace("_", "-")]:
            del merged[same]
        merged[name] = value
    return dict(sorted(merged.items())[:64])


def _with_prefix(attributes: Attributes, prefix: str) -> Iterator[tuple[str, str]]:
    if prefix == "metadata":
        members = parsed(attributes.get(prefix))
        for name, value in sorted(members.items()) if isinstance(members, dict) else []:
            if found := _property_text(value):
                yield name, found
        return
    for key in sorted(attributes):
        longer = [other for other in keys.PROPERTY_PREFIXES if other.startswith(prefix + "H")]
        if not key.startswith(prefix) or key.lower() in _TAKEN or key.startswith(tuple(longer)):
            continue
        value = attributes[key]
        if prefix.startswith("langfuse."):
            value = _decoded(value)
        if found := _property_text(value):
            is_header = prefix.startswith("http.request.header.")
            yield key[len(prefix) :], decode_header_value(found) if is_header else found


def _decoded(value: Any) -> Any:  # noqa: ANN401 - an attribute holds anything
    """Return what Langfuse's SDK encoded: a text arrives as its JSON."""
    inner = parsed(value)
    return inner if isinstance(inner, str) else value


def _property_text(value: Any) -> str | None:  # noqa: ANN401 - an attribute holds anything
    if value is None or value == b"":
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return None if not value or is_placeholder(value) else value
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
