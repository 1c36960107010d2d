"""Delete a session with everything that was received for it."""

from dataclasses import dataclass

from ..ingest import derive_with
from ..settings import ImplicitSessions
from ..store import FileMaintenance, pack
from .membership import spans_inside
from .session_contents import require_session, session_log_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    spans: int
    """Superseded copies among them."""
    log_records: int
    traces: int
    """Whole ones."""
    shared_traces: int
    """Of these only the session's own spans were deleted."""


def delete_session(file: FileMaintenance, session_id: str, implicit: ImplicitSessions) -> Deleted:
    """Delete a session; of traces that other sessions have spans in, only its own spans.

    What comes again later makes it again.

    Raises:
        NotFound: no span is in a session of that id, and no log record names it.
    """
    require_session(file.parts, file.log_records, session_id)
    records = session_log_records(file.parts, file.log_records, session_id, implicit)
    file.remove_log_records([record.record_id for record in records])
    traces = file.parts.traces_of(session_id)
    shared = [trace_id for trace_id in traces if file.parts.is_shared(trace_id)]
    whole = [trace_id for trace_id in traces if trace_id not in shared]
    spans = file.parts.count_spans(whole)
    for trace_id in shared:
        spans += _take_out(file, trace_id, session_id, implicit)
    file.remove([session_id], whole)
    file.shrink()
    return Deleted(
        spans=spans, log_records=len(records), traces=len(whole), shared_traces=len(shared)
    )


def _take_out(
    file: FileMaintenance, trace_id: str, session_id: str, implicit: ImplicitSessions
) -> int:
    """Take the session's spans out of a trace; return how many."""
    rewriter = file.rewriter(derive_with(implicit))
    while True:  # spans may come for the trace meanwhile
        before = file.parts.parts_of(trace_id)
        gone = spans_inside(session_id, file.parts.traces_together(trace_id), implicit)
        kept = [[s for s in part.spans if s.facts.span_id not in gone] for part in before]
        if rewriter.replace(trace_id, before, [part for spans in kept for part in pack(spans)]):
            return sum(len(part.spans) for part in before) - sum(map(len, kept))
