"""Delete a session with everything that was received for it."""

from dataclasses import dataclass

from ..errors import NotFound
from ..ingest import derive_with
from ..settings import ImplicitSessions
from ..store import FileMaintenance, pack
from .membership import spans_inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    spans: int
    """Superseded copies among them."""
    traces: int
    """Whole ones."""
    shared_traces: int
    """Of these only the session's own spans were deleted."""


def delete_session(file: FileMaintenance, session_id: str, implicit: ImplicitSessions) -> Deleted:
    """Delete a session; of traces that other sessions have spans in, only its own spans.

    Spans that come again later make it again.

    Raises:
        NotFound: no span is in a session of that id.
    """
    traces = file.parts.traces_of(session_id)
    if not traces:
        raise NotFound(f"There is no session with the id {session_id!r}.")
    shared = [trace_id for trace_id in traces if file.parts.is_shared(trace_id)]
    whole = [trace_id for trace_id in traces if trace_id not in shared]
    spans = file.parts.count_spans(whole)
    for trace_id in shared:
        spans += _take_out(file, trace_id, session_id, implicit)
    file.remove([session_id], whole)
    file.shrink()
    return Deleted(spans=spans, traces=len(whole), shared_traces=len(shared))


def _take_out(
    file: FileMaintenance, trace_id: str, session_id: str, implicit: ImplicitSessions
) -> int:
    """Take the session's spans out of a trace; return how many."""
    rewriter = file.rewriter(derive_with(implicit))
    while True:  # spans may come for the trace meanwhile
        before = file.parts.parts_of(trace_id)
        gone = spans_inside(session_id, file.parts.facts_of(trace_id), implicit)
        kept = [[s for s in part.spans if s.facts.span_id not in gone] for part in before]
        if rewriter.replace(trace_id, before, [part for spans in kept for part in pack(spans)]):
            return sum(len(part.spans) for part in before) - sum(map(len, kept))
