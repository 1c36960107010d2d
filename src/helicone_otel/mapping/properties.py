"""The properties in force at a span: spellings that a look-up takes for one are one."""

from collections.abc import Iterable, Iterator, Mapping

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
    keys.sort()
    said = [dict(_said(attributes, keys, prefix)) for prefix in reversed(table.PROPERTY_PREFIXES)]
    return merge_spellings(*(clean_properties(layer) for layer in said if layer))


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


def _said(
    attributes: Mapping[str, AttributeValue], keys: Iterable[str], prefix: str
) -> Iterator[tuple[str, str]]:
    is_header = prefix.startswith(table.HEADER_PREFIXES)
    for key in keys:
        if key.startswith(prefix):
            text = as_property_text(attributes[key])
            if text and not is_placeholder(text):
                yield key[len(prefix) :], decode_header_value(text) if is_header else text
