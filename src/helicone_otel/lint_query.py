"""The read path to advice: sessions as the rules of `session_lint` look at them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from . import mapping, otlp
from .model import (
    ANY_SESSION,
    LlmRequest,
    ResolvedSpan,
    ResolvedTrace,
    SessionOrder,
    SessionSummary,
)
from .session_lint import Finding, InspectedSession, lint_session
from .store import Snapshot, SpanStore
from .trace_reading import resolve_trace

_LATEST_FIRST = SessionOrder()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintedSession:
    summary: SessionSummary
    findings: Sequence[Finding]


class LintQueries:
    """Hold sessions against the rules; may be called from any thread."""

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def lint(self, session_id: str) -> LintedSession:
        """Return one session with its findings.

        Raises:
            NotFound: no span is in a session of that id.
        """
        with self._store.snapshot() as snapshot:
            return _linted(snapshot, snapshot.get_session(session_id))

    def lint_latest(self, *, limit: int) -> list[LintedSession]:
        """Return the sessions that started last, each with its findings."""
        with self._store.snapshot() as snapshot:
            found = snapshot.find_sessions(ANY_SESSION, _LATEST_FIRST, limit=limit)
            return [_linted(snapshot, listed.summary) for listed in found]


def _linted(snapshot: Snapshot, summary: SessionSummary) -> LintedSession:
    traces = [
        resolved
        for trace_id in summary.trace_ids
        if (resolved := resolve_trace(snapshot, trace_id))
    ]
    spans = [span for trace in traces for span in trace.spans]
    inspected = InspectedSession(
        summary=summary,
        requests=_as_named(snapshot.list_requests(summary.session_id), traces),
        spans=spans,
        written_paths=_written_paths(snapshot, summary, spans),
    )
    return LintedSession(summary=summary, findings=lint_session(inspected))


def _as_named(requests: Iterable[LlmRequest], traces: Iterable[ResolvedTrace]) -> list[LlmRequest]:
    """Return *requests* with the names they were given; in the store all have one."""
    given = {(r.trace_id, r.span_id): r.session_name for trace in traces for r in trace.requests}
    return [
        replace(request, session_name=given.get((request.trace_id, request.span_id)))
        for request in requests
    ]


def _written_paths(
    snapshot: Snapshot, summary: SessionSummary, spans: Sequence[ResolvedSpan]
) -> list[str]:
    """Return the paths that the session's spans state; only those spans are opened."""
    stating = {
        (span.facts.trace_id, span.facts.span_id)
        for span in spans
        if span.session_id == summary.session_id and span.facts.path is not None
    }
    received = [
        span
        for trace_id in {trace_id for trace_id, _ in sorted(stating)}
        for span in snapshot.received_spans(trace_id)
        if (span.facts.trace_id, span.facts.span_id) in stating
    ]
    written = (mapping.written_path(span.attributes) for span in otlp.open_spans(received))
    return sorted({path for path in written if path})
