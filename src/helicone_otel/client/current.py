"""The session that a call made here would be in."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span

from ..session_reference import ROOT, SessionReference, session_id_of_trace
from .frame import Frame, frame_in, trail_of

NOTHING = SessionReference()


class Here(NamedTuple):
    """A place in a session, as far as it was said and as far as it can be sent."""

    said: SessionReference
    """What may be written on spans; its id may still repeat a trace's."""
    sent: SessionReference
    """What goes into headers: implicit id and fallback name included."""


def current_session() -> SessionReference | None:
    """Return the session reference that an LLM call made now would carry, if there is one."""
    here = session_in(otel_context.get_current())
    return None if here is None else here.sent


def session_in(context: Context) -> Here | None:
    """Return the place in the session of *context*: that of its blocks, else that of its trace.

    `None` without `session()`, `step()` and valid span.
    """
    return session_at(frame_in(context), trace.get_current_span(context))


def session_at(frame: Frame | None, span: Span) -> Here | None:
    """Return the place in the session inside *frame* and *span*, as `session_in` does."""
    trail = trail_of(span)
    root_name = None if trail is None else trail.root_name
    anchor = None if frame is None else frame.anchor
    path = trail.path if trail is not None and trail.anchor is anchor else None
    if frame is not None:
        return _in_frame(frame, path, root_name)
    span_context = span.get_span_context()
    if not span_context.is_valid:
        return None
    sent = SessionReference(
        id=session_id_of_trace(f"{span_context.trace_id:032x}"),
        path=path or ROOT,
        name=root_name,
    )
    return Here(said=NOTHING, sent=sent)


def path_in(context: Context) -> str:
    """Return the session path that a call made in *context* would carry."""
    here = session_in(context)
    return (None if here is None else here.sent.path) or ROOT


@lru_cache(maxsize=256)
def _in_frame(frame: Frame, path: str | None, root_name: str | None) -> Here:
    said = frame.reference
    if path is not None and path != said.path:
        said = replace(said, path=path)
    sent = said if said.name or frame.in_session else replace(said, name=root_name)
    return Here(said, sent)
