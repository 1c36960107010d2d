"""Which spans of a trace are in a session."""

from collections.abc import Sequence

from .. import mapping
from ..model import SpanFacts
from ..settings import ImplicitSessions


def spans_inside(
    session_id: str, trace: Sequence[SpanFacts], implicit: ImplicitSessions
) -> frozenset[str]:
    """Return the ids of those of a *trace*'s spans that are in the session."""
    resolved = mapping.resolve(trace, implicit=implicit)
    return frozenset(span.facts.span_id for span in resolved.spans if span.session_id == session_id)
