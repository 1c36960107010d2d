"""The session reference: which session, where in it, on whose behalf."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from ..truncations import count_truncation
from .paths import MAX_PATH_BYTES, normalize_path
from .text import clean_text, cut_text

MAX_ID_BYTES = 512
MAX_NAME_BYTES = 512
MAX_PROPERTY_NAME_BYTES = 256
MAX_PROPERTY_BYTES = 1024
MAX_PROPERTIES = 64

_NOT_PROPERTY = re.compile(r"[^a-z0-9._~-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReference:
    """What a call says about its session; `None` is said nowhere.

    Build it with `of`: the values of an instance are already clean and within the limits.
    """

    id: str | None = None
    path: str | None = None
    """Normalised: begins with `/`."""
    name: str | None = None
    user_id: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    """Lower-case names in byte order, at most 64."""

    @classmethod
    def of(
        cls,
        *,
        id: str | None = None,  # noqa: A002 - Helicone's word, and the public keyword
        path: str | None = None,
        name: str | None = None,
        user_id: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the reference with every value cleaned; an empty value is absent."""
        return cls(
            id=clean_id(id) if id else None,
            path=clean_path(path) if path else None,
            name=clean_name(name) if name else None,
            user_id=clean_id(user_id) if user_id else None,
            properties=clean_properties(properties) if properties else {},
        )

    def over(self, outer: "SessionReference") -> "SessionReference":
        """Return *outer* with everything this reference says put over it."""
        return SessionReference(
            id=self.id or outer.id,
            path=self.path or outer.path,
            name=self.name or outer.name,
            user_id=self.user_id or outer.user_id,
            properties=merge_properties(outer.properties, self.properties),
        )


def clean_id(text: str) -> str | None:
    """Return a session or user id as it is kept; one of white space only is none."""
    return clean_text(text, max_bytes=MAX_ID_BYTES) or None


def clean_name(text: str) -> str | None:
    """Return a session name as it is kept; one of white space only is none."""
    return clean_text(text, max_bytes=MAX_NAME_BYTES) or None


def clean_path(text: str) -> str | None:
    """Return a normalised path; one of white space only is none."""
    return normalize_path(text) if clean_text(text, max_bytes=MAX_PATH_BYTES) else None


def clean_properties(properties: Mapping[str, str]) -> dict[str, str]:
    """Return properties with clean names and values: the first 64 by name, empty ones left out."""
    cleaned = {
        property_name(name): clean_text(value, max_bytes=MAX_PROPERTY_BYTES)
        for name, value in properties.items()
    }
    present = sorted((name, value) for name, value in cleaned.items() if name and value)
    if len(present) > MAX_PROPERTIES:
        count_truncation("session value", len(present) - MAX_PROPERTIES)
    return dict(present[:MAX_PROPERTIES])


def merge_properties(outer: Mapping[str, str], inner: Mapping[str, str]) -> dict[str, str]:
    """Merge clean properties key by key; *inner* wins."""
    if not inner:
        return dict(outer)
    return dict(sorted({**outer, **inner}.items())[:MAX_PROPERTIES])


@lru_cache(maxsize=4096)
def property_name(name: str) -> str:
    """Return *name* as it is stored: ASCII lower case, runs outside `a-z 0-9 . _ ~ -` become `-`.

    Look-ups treat `_` and `-` alike; see `property_lookup_key`.
    """
    cleaned = clean_text(name, max_bytes=4 * len(name))
    lowered = "".join(c.lower() if c.isascii() else c for c in cleaned)
    return cut_text(_NOT_PROPERTY.sub("-", lowered), max_bytes=MAX_PROPERTY_NAME_BYTES)


def property_lookup_key(name: str) -> str:
    """Return the spelling under which two property names are the same."""
    return property_name(name).replace("_", "-")
