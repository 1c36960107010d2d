"""Which spans of a trace are in a session."""

from collections.abc import Sequence

from .. import mapping
from ..model import TraceFacts
from ..settings import ImplicitSessions


def spans_inside(
    session_id: str, traces: Sequence[TraceFacts], implicit: ImplicitSessions
) -> frozenset[str]:
    """Return the ids of the spans in the session of the first of *traces*.

    The others tell of the same calls.
    """
    resolved = mapping.resolve_together(traces, implicit=implicit)[0]
    return frozenset(span.facts.span_id for span in resolved.spans if span.session_id == session_id)
