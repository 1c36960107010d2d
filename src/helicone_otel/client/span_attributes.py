"""Which session attributes a span gets: what the reference says, less what must not be there."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from opentelemetry.context import Context

from .. import semconv
from ..session_reference import SessionReference, attributes_of, is_implicit
from .frame import Frame, call_in, frame_in

_IDS = (semconv.ATTR_SESSION_ID, semconv.OTEL_SESSION_ID)
_USERS = (semconv.ATTR_USER_ID, semconv.OTEL_USER_ID)


def explicit_attributes(reference: SessionReference, trace_id: int) -> dict[str, str]:
    """Return all attributes of *reference* for a span of that trace, but no implicit id."""
    attributes = attributes_of(reference)
    if reference.id and is_implicit(reference.id, f"{trace_id:032x}"):
        _remove(attributes, _IDS)
    return attributes


def frame_attributes(frame: Frame, trace_id: int) -> dict[str, str]:
    """Return all attributes for a block's own span of that trace."""
    attributes = explicit_attributes(frame.reference, trace_id)
    if frame.origin is not None:
        attributes[semconv.ATTR_SESSION_ORIGIN] = frame.origin
    return attributes


def session_attributes_in(context: Context, trace_id: int) -> Mapping[str, str]:
    """Return what a span that starts in *context* says about its session, unless it knows better.

    Its path is not among it.
    """
    if (call := call_in(context)) is not None:
        return _without_path(explicit_attributes(call.said, trace_id))
    frame = frame_in(context)
    return {} if frame is None else _inherited_in(frame, trace_id)


@lru_cache(maxsize=256)
def _inherited_in(frame: Frame, trace_id: int) -> Mapping[str, str]:
    return _without_path(frame_attributes(frame, trace_id))


def _without_path(attributes: dict[str, str]) -> Mapping[str, str]:
    attributes.pop(semconv.ATTR_SESSION_PATH, None)
    return attributes


def missing_attributes(own: Collection[str], inherited: Mapping[str, str]) -> dict[str, str]:
    """Return what is *inherited* and a span with attributes of its *own* keys does not say.

    A span that names a session id of its own is left its name too: it belongs to that session.
    """
    keys = frozenset(own)  # a span's own mapping answers each question with an exception
    missing = {key: value for key, value in inherited.items() if key not in keys}
    if not keys.isdisjoint(_IDS):
        _remove(missing, (*_IDS, semconv.ATTR_SESSION_NAME, semconv.ATTR_SESSION_ORIGIN))
    if not keys.isdisjoint(_USERS):
        _remove(missing, _USERS)
    return missing


def _remove(attributes: dict[str, str], keys: tuple[str, ...]) -> None:
    for key in keys:
        attributes.pop(key, None)
