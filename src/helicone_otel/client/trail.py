"""Where a recording span lies: the path of the steps down to it, the name of its local root."""

from dataclasses import dataclass

from opentelemetry.trace import Span

_TRAIL = "_helicone_otel_trail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The way from a local root, or from the innermost `session()` or `step()`, to one span."""

    path: str
    leads: bool
    """Something here or above has given the path: a SERVER span below adds nothing."""
    root_name: str | None
    """The local root's name, if it can name a session."""
    anchor: object
    """The block that the path goes on from; `None` without one."""


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
