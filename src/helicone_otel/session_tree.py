"""A session's numbers and its tree by path: pure folds over resolved spans and LLM requests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .model import (
    Kind,
    LlmRequest,
    RequestTotals,
    ResolvedSpan,
    ResolvedTrace,
    SessionSlice,
)
from .session_reference import clean_name, path_segments

_HTTP_METHODS = frozenset(
    {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE", "HTTP"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathNode:
    """One folder of a session: the requests on its own path, and the folders below it."""

    segment: str
    """Empty for the root."""
    path: str
    totals: RequestTotals
    """Over this folder and everything below it."""
    requests: Sequence[LlmRequest]
    """On exactly this path, in start order."""
    children: Sequence["PathNode"]
    """In the order of their first request."""


def total(requests: Iterable[LlmRequest]) -> RequestTotals:
    rows = list(requests)
    usages = [row.usage for row in rows if row.usage is not None]
    return RequestTotals(
        requests=len(rows),
        failed_requests=sum(row.failed for row in rows),
        unpriced_requests=sum(row.cost is None for row in rows),
        requests_without_usage=len(rows) - len(usages),
        cost_nano_usd=sum(row.cost.nano_usd for row in rows if row.cost is not None),
        input_tokens=sum(usage.input_tokens or 0 for usage in usages),
        output_tokens=sum(usage.output_tokens or 0 for usage in usages),
        latency_ns=sum(row.end_ns - row.start_ns for row in rows),
        first_request_start_ns=min((row.start_ns for row in rows), default=None),
        last_request_start_ns=max((row.start_ns for row in rows), default=None),
        last_request_end_ns=max((row.end_ns for row in rows), default=None),
    )


def slices_of(trace: ResolvedTrace) -> list[SessionSlice]:
    """Return what *trace* contributes to each session that it has spans in."""
    spans: dict[str, list[ResolvedSpan]] = {}
    for span in trace.spans:
        if span.session_id is not None:
            spans.setdefault(span.session_id, []).append(span)
    requests: dict[str, list[LlmRequest]] = {}
    for request in trace.requests:
        requests.setdefault(request.session_id, []).append(request)
    known = {span.facts.span_id: span.session_id for span in trace.spans}
    return [
        _slice(session_id, trace.trace_id, members, requests.get(session_id, []), known)
        for session_id, members in spans.items()
    ]


def _slice(
    session_id: str,
    trace_id: str,
    spans: Sequence[ResolvedSpan],
    requests: Sequence[LlmRequest],
    session_of: Mapping[str, str | None],
) -> SessionSlice:
    named = min((s for s in spans if s.session_name), key=_start, default=None)
    roots = [s for s in spans if session_of.get(s.facts.parent_span_id or "") != session_id]
    root = min(roots or spans, key=_start)
    return SessionSlice(
        session_id=session_id,
        trace_id=trace_id,
        start_ns=min(span.facts.start_ns for span in spans),
        end_ns=max(span.facts.end_ns for span in spans),
        spans=len(spans),
        missing_parents=sum(
            span.facts.parent_span_id is not None and span.facts.parent_span_id not in session_of
            for span in spans
        ),
        explicit_name=named.session_name if named else None,
        explicit_name_start_ns=named.facts.start_ns if named else 0,
        explicit_name_span_id=named.facts.span_id if named else "",
        fallback_name=_fallback_name(root),
        fallback_name_start_ns=root.facts.start_ns,
        fallback_name_span_id=root.facts.span_id,
        totals=total(requests),
    )


def _start(span: ResolvedSpan) -> tuple[int, str]:
    return span.facts.start_ns, span.facts.span_id


def _fallback_name(root: ResolvedSpan) -> str:
    """Return a name for a session that nobody named, from its earliest root."""
    facts = root.facts
    if name := clean_name(facts.fallback_name or ""):
        return name
    name = clean_name(facts.name) or ""
    if facts.kind not in (Kind.TRANSPORT, Kind.LLM) and name.upper() not in _HTTP_METHODS:
        return name
    service = clean_name(facts.service_name or "") or ""
    return "" if service.startswith("unknown_service") else service


def path_tree(requests: Iterable[LlmRequest]) -> PathNode:
    """Return the tree of *requests* by path; levels between that have no request are made too."""
    ordered = sorted(requests, key=lambda request: (request.start_ns, request.span_id))
    folders: dict[str, list[LlmRequest]] = {"/": []}
    children: dict[str, list[str]] = {"/": []}
    for request in ordered:
        path = "/"
        for piece in path_segments(request.path):
            above, path = path, f"{path.rstrip('/')}/{piece}"
            if path not in folders:
                folders[path], children[path] = [], []
                children[above].append(path)
        folders[path].append(request)
    return _assemble(folders, children)


def _assemble(
    folders: dict[str, list[LlmRequest]], children: Mapping[str, Sequence[str]]
) -> PathNode:
    # A folder is made after the one above it, so backwards every child exists before its parent.
    nodes: dict[str, PathNode] = {}
    below: dict[str, list[LlmRequest]] = {}
    for path in reversed(folders):
        members = list(folders[path])
        for child in children[path]:
            members.extend(below.pop(child))
        below[path] = members
        nodes[path] = PathNode(
            segment=path.rpartition("/")[2],
            path=path,
            totals=total(members),
            requests=folders[path],
            children=[nodes[child] for child in children[path]],
        )
    return nodes["/"]
