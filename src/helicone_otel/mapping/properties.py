"""The properties in force at a span: spellings that a look-up takes for one are one."""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from ..model import AttributeValue
from ..session_reference import clean_properties, decode_header_value
from ..session_reference.reference import MAX_PROPERTIES, property_lookup_key
from . import alias_table as table
from .values import as_property_text, is_placeholder, json_object

_TAKEN = frozenset(
    key.lower()
    for key in (
        *(entry.key for entry in table.SESSION_KEYS),
        *(key for row in (*table.REFERENCE_ROWS, table.REQUEST_ID) for key, _ in row.keys),
    )
)
_AFTER_METADATA = table.PROPERTY_PREFIXES.index(table.TRACELOOP) + 1
_SPELLINGS = (
    *table.PROPERTY_PREFIXES[:_AFTER_METADATA],
    table.METADATA,
    *table.PROPERTY_PREFIXES[_AFTER_METADATA:],
)
"""Strongest first."""


def property_keys_of(keys: Iterable[str]) -> list[str]:
    """Return those of *keys* that carry properties; what another row of the table has is none."""
    return sorted(key for key in keys if _spelling(key) is not None)


def properties_of(attributes: Mapping[str, AttributeValue]) -> Mapping[str, str]:
    """Return the clean properties that *attributes* carry, the strongest spelling of each.

    All keys must be those of properties.
    """
    if not attributes:
        return {}
    layers: dict[str, dict[str, str]] = {}
    for key, value in attributes.items():
        spelling = _spelling(key) or key
        for name, text in _properties_at(key, spelling, value):
            layers.setdefault(spelling, {})[name] = text
    strongest_first = [layers.get(spelling) for spelling in _SPELLINGS]
    tags = next(filter(None, (layers.get(key) for key in table.TAGS)), None)
    weakest_first = (tags, *reversed(strongest_first))
    return merge_spellings(*(clean_properties(layer) for layer in weakest_first if layer))


def merge_spellings(*layers: Mapping[str, str]) -> dict[str, str]:
    """Merge clean properties, the strongest layer last; the first 64 by name are kept.

    `user-tier` and `user_tier` are one property under two names: the strongest one's stays.
    """
    merged: dict[str, str] = {}
    for layer in layers:
        merged.update(layer)
    if any("_" in name for name in merged):
        spelled = {property_lookup_key(name): name for layer in layers for name in layer}
        merged = {name: merged[name] for name in spelled.values()}
    return dict(sorted(merged.items())[:MAX_PROPERTIES])


def _spelling(key: str) -> str | None:
    """Return the prefix that makes *key* one of a property, or the whole key if it is in itself."""
    if key == table.METADATA or key in table.TAGS:
        return key
    if key.lower() in _TAKEN:
        return None
    return next(filter(key.startswith, table.PROPERTY_PREFIXES), None)


def _properties_at(key: str, spelling: str, value: AttributeValue) -> Iterator[tuple[str, str]]:
    if spelling == table.METADATA:
        members = sorted(json_object(value).items())
        yield from ((name, text) for name, member in members if (text := _said(member)))
        return
    if spelling in table.LANGFUSE_METADATA:
        value = _unquoted(value)
    if text := _said(value):
        if spelling.startswith(table.HEADER_PREFIXES):
            text = decode_header_value(text)
        yield "tags" if key in table.TAGS else key[len(spelling) :], text


def _unquoted(value: AttributeValue) -> AttributeValue:
    """Return the text that *value* is in JSON, as Langfuse's SDK writes one; else *value*."""
    if not (isinstance(value, str) and value.startswith('"')):
        return value
    try:
        text: object = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return text if isinstance(text, str) else value


def _said(value: AttributeValue) -> str | None:
    text = as_property_text(value)
    return None if not text or is_placeholder(text) else text
