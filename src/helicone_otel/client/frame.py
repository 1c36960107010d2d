"""What is remembered of where work lies: in the OpenTelemetry context, on spans that record.

Nothing of it is baggage: it never leaves the process by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import ReferenceType, ref

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span

from ..session_reference import SessionReference

_FRAME_KEY = "helicone_otel.frame"
_CALL_KEY = "helicone_otel.call"
_TRAIL = "_helicone_otel_trail"
_CHILDREN = "_helicone_otel_children"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """What the enclosing `session()` and `step()` blocks say together; equal to itself only."""

    reference: SessionReference
    """Its path is that of the innermost block."""
    in_session: bool
    """There is a `session()` among the blocks."""
    origin: str | None = None
    """How the session came in from outside the process; `None` if it was said here."""
    anchor: object = field(default_factory=object)
    """The innermost block itself: spans started since know it by this."""


@dataclass(slots=True, kw_only=True)
class Call:
    """What one HTTP call says, for the spans that start inside it while it lasts."""

    said: SessionReference
    """In force for all of them, in the place of the enclosing blocks'."""
    own_attributes: Mapping[str, str]
    """For the call's own HTTP client span."""
    over: bool = False
    """A task that was born inside the call may go on after it."""


class Trail(NamedTuple):
    """The way from a local root, or from the innermost `session()` or `step()`, to one span."""

    path: str
    leads: bool
    """Something here or above has given the path: a SERVER span below adds nothing."""
    root_name: str | None
    """The local root's name, if it can name a session."""
    anchor: object
    """The block that the path goes on from; `None` without one."""
    parent: "ReferenceType[Span] | None"
    """The span above in this process; weak, or tasks that start tasks would keep all of them."""
    base: tuple[str, bool]
    """Path and `leads` without what the span itself adds."""


def frame_in(context: Context) -> Frame | None:
    frame = context.get(_FRAME_KEY)
    return frame if isinstance(frame, Frame) else None


def with_frame(frame: Frame, context: Context) -> Context:
    """Return *context* inside a block; a call around the block says nothing about its inside."""
    inside = otel_context.set_value(_FRAME_KEY, frame, context)
    return inside if call_in(context) is None else otel_context.set_value(_CALL_KEY, None, inside)


def call_in(context: Context) -> Call | None:
    """Return the call in progress that *context* is directly inside, with no block between."""
    call = context.get(_CALL_KEY)
    return call if isinstance(call, Call) and not call.over else None


def with_call(call: Call, context: Context) -> Context:
    return otel_context.set_value(_CALL_KEY, call, context)


def trail_of(span: Span) -> Trail | None:
    """Return what `set_trail` remembered; `None` for spans that do not record."""
    trail = getattr(span, _TRAIL, None)
    return trail if isinstance(trail, Trail) else None


def set_trail(span: Span, trail: Trail) -> None:
    """Remember *trail* for as long as *span* lives.

    It is an attribute of the span's object because wrappers of spans (Logfire's) pass attributes
    through, while a table keyed by the object would not know the wrapper.
    """
    setattr(span, _TRAIL, trail)


def open_children(span: Span) -> list[Span]:
    """Return those of the remembered spans below *span* that are still open."""
    children: list[ReferenceType[Span]] = getattr(span, _CHILDREN, [])
    known = (child() for child in children)
    return [child for child in known if child is not None and child.is_recording()]


def remember_child(child: Span, parent: Span) -> None:
    """Remember *child*, as long as it is open, on the span that it was started below."""
    setattr(parent, _CHILDREN, [*map(ref, open_children(parent)), ref(child)])
