"""The properties in force at a span: spellings that a look-up takes for one are one."""

from collections.abc import Mapping

from ..model import AttributeValue
from ..session_reference import clean_properties, decode_header_value
from ..session_reference.reference import MAX_PROPERTIES, property_lookup_key
from . import alias_table as table
from .values import as_property_text, is_placeholder


def properties_of(attributes: Mapping[str, AttributeValue]) -> Mapping[str, str]:
    """Return the clean properties that *attributes* carry, the strongest spelling of each."""
    keys = [key for key in attributes if key.startswith(table.PROPERTY_PREFIXES)]
    if not keys:
        return {}
    by_prefix: dict[str, dict[str, str]] = {}
    for key in sorted(keys):
        prefix = next(filter(key.startswith, table.PROPERTY_PREFIXES))
        if text := _said(attributes[key], prefix):
            by_prefix.setdefault(prefix, {})[key[len(prefix) :]] = text
    weakest_first = (by_prefix.get(prefix) for prefix in reversed(table.PROPERTY_PREFIXES))
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


def _said(value: AttributeValue, prefix: str) -> str | None:
    text = as_property_text(value)
    if not text or is_placeholder(text):
        return None
    return decode_header_value(text) if prefix.startswith(table.HEADER_PREFIXES) else text
