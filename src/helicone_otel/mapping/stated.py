"""What spans state of their session: ids, path, name, user, properties."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from ..model import AttributeValue, SessionClaim, value
from ..session_reference import clean_id, clean_name, clean_path, decode_header_value
from . import alias_table as table
from .alias_table import SessionKey
from .fields import Shape, read_fields, shape_of
from .properties import properties_of
from .values import as_identifier

_MAX_REMEMBERED = 512


def _remembered(clean: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Cache *clean* for the texts that the spans of a session repeat.

    Long ones are not kept: strangers choose them, and the memory is everybody's.
    """
    cached = lru_cache(maxsize=4096)(clean)
    return lambda text: cached(text) if len(text) <= _MAX_REMEMBERED else clean(text)


_clean_id = _remembered(clean_id)
_clean_name = _remembered(clean_name)
_clean_path = _remembered(clean_path)


@value
class Stated:
    """The session reference as one span states it, with every id it names."""

    claims: tuple[SessionClaim, ...]
    """Strongest first."""
    path: str | None
    session_name: str | None
    user_id: str | None
    properties: Mapping[str, str]


class StatedReader:
    """Reads what the spans of one request state; most of them repeat it."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Stated] = {}
        self._properties: dict[tuple[object, ...], Mapping[str, str]] = {}
        """By themselves: sessions have them in common."""

    def read(self, shape: Shape, attributes: Mapping[str, AttributeValue]) -> Stated:
        keys = shape.reference_keys
        if not keys:
            return _NOTHING
        seen = _seen(keys, attributes)
        try:
            stated = self._known.get(seen)
        except TypeError:  # a list: captured headers are
            return _stated(shape, attributes, _properties(shape, attributes))
        if stated is None:
            properties = self._read_properties(shape, attributes)
            stated = self._known[seen] = _stated(shape, attributes, properties)
        return stated

    def _read_properties(
        self, shape: Shape, attributes: Mapping[str, AttributeValue]
    ) -> Mapping[str, str]:
        seen = _seen(shape.property_keys, attributes)
        properties = self._properties.get(seen)
        if properties is None:
            properties = self._properties[seen] = _properties(shape, attributes)
        return properties


def _seen(keys: tuple[str, ...], attributes: Mapping[str, AttributeValue]) -> tuple[object, ...]:
    values = tuple(map(attributes.get, keys))
    return keys, values, *map(type, values)  # 1, 1.0 and True are equal, not the same


_NOTHING = Stated(claims=(), path=None, session_name=None, user_id=None, properties={})


def claim_of(entry: SessionKey, value: AttributeValue) -> SessionClaim | None:
    """Return the session that *value* of a key names; `None` if it names none."""
    text = as_identifier(value)
    if text is None:
        return None
    session_id = _clean_id(decode_header_value(text) if entry.is_header else text)
    if session_id is None:
        return None
    return SessionClaim(session_id=session_id, strength=entry.strength, key=entry.key)


def _stated(
    shape: Shape, attributes: Mapping[str, AttributeValue], properties: Mapping[str, str]
) -> Stated:
    claims = (claim_of(entry, attributes[entry.key]) for entry in shape.session_keys)
    fields = read_fields(shape.reference_columns, attributes)
    path, name = fields.get(table.SESSION_PATH), fields.get(table.SESSION_NAME)
    user_id = fields.get(table.USER_ID)
    return Stated(
        claims=tuple(claim for claim in claims if claim),
        path=_clean_path(path) if path else None,
        session_name=_clean_name(name) if name else None,
        user_id=_clean_id(user_id) if user_id else None,
        properties=properties,
    )


def _properties(shape: Shape, attributes: Mapping[str, AttributeValue]) -> Mapping[str, str]:
    return properties_of({key: attributes[key] for key in shape.property_keys})


def written_path(attributes: Mapping[str, AttributeValue]) -> str | None:
    """Return the session path that *attributes* state, as it was written."""
    return read_fields(shape_of(attributes).reference_columns, attributes).get(table.SESSION_PATH)
