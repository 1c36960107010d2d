"""JSON of a provider as plain mappings; of a large body only the fields that are asked for."""

import json
import re
from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = Mapping[str, object]

MAX_PARSED_BYTES = 256 * 1024
"""A larger body is not parsed: it would cost the caller milliseconds."""
_MAX_PICKED_BYTES = 8 * 1024
_DECODER = json.JSONDecoder()


def mapping_in(body: bytes) -> Json | None:
    """Return the JSON object that *body* is; `None` if it is none."""
    document = _parsed(body)
    return document if isinstance(document, dict) else None


def fields_of(body: bytes, keys: tuple[str, ...]) -> Json | None:
    """Return the JSON object that *body* is, of a large one *keys* only, as far as they are found.

    What is found in a large one may stand at any depth: the last one does that is no text.
    """
    if len(body) <= MAX_PARSED_BYTES:
        return mapping_in(body)
    if not body[:64].lstrip().startswith(b"{"):
        return None
    found = ((key, _picked(body, key)) for key in keys)
    return {key: value for key, value in found if value is not None}


def documents_in(body: bytes, keys: tuple[str, ...]) -> list[Json]:
    """Return the object that *body* is, as `fields_of` does, or those of the list that it is.

    Google streams an answer as a list if no other way is asked for.
    """
    if len(body) > MAX_PARSED_BYTES or not body[:64].lstrip().startswith(b"["):
        document = fields_of(body, keys)
        return [] if document is None else [document]
    return listed(_parsed(body))


def _parsed(body: bytes) -> object:
    try:
        document: object = _DECODER.decode(body.decode())
    except (ValueError, RecursionError):
        return None
    return document


def _picked(body: bytes, key: str) -> object:
    # Inside a JSON text the quotes would be escaped, so this is a key, or a text of its own.
    token = re.compile(rb'"%b"\s*:\s*' % re.escape(key.encode()))
    end = len(body)
    while (start := body.rfind(b'"%b"' % key.encode(), 0, end)) >= 0:
        end = start
        if matched := token.match(body, start):
            value = _value_at(body, matched.end())
            if value is not None:
                return value
    return None


def _value_at(body: bytes, start: int) -> object:
    text = body[start : start + _MAX_PICKED_BYTES].decode(errors="ignore")
    try:
        value: object = _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None
    return value


def mapping_or_none(value: object) -> Json:
    """Return *value* if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Json]:
    """Return the objects in *value* if it is a list; other items are left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
