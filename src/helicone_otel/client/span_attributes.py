"""Which session attributes a span gets: what the reference says, less what must not be there."""

from collections.abc import Mapping

from .. import semconv
from ..session_reference import SessionReference, attributes_of, is_implicit

_IDS = (semconv.ATTR_SESSION_ID, semconv.OTEL_SESSION_ID)
_USERS = (semconv.ATTR_USER_ID, semconv.OTEL_USER_ID)


def explicit_attributes(reference: SessionReference, trace_id: int) -> dict[str, str]:
    """Return all attributes of *reference* for a span of that trace, but no implicit id."""
    attributes = attributes_of(reference)
    if reference.id and is_implicit(reference.id, f"{trace_id:032x}"):
        _remove(attributes, _IDS)
    return attributes


def missing_attributes(
    own: Mapping[str, object], reference: SessionReference, trace_id: int
) -> dict[str, str]:
    """Return what *reference* says and a span with its *own* attributes does not: never a path.

    A span that names a session id of its own is left its name too: it belongs to that session.
    """
    attributes = explicit_attributes(reference, trace_id)
    attributes.pop(semconv.ATTR_SESSION_PATH, None)
    if any(key in own for key in _IDS):
        _remove(attributes, (*_IDS, semconv.ATTR_SESSION_NAME))
    if any(key in own for key in _USERS):
        _remove(attributes, _USERS)
    return {key: value for key, value in attributes.items() if key not in own}


def _remove(attributes: dict[str, str], keys: tuple[str, ...]) -> None:
    for key in keys:
        attributes.pop(key, None)
