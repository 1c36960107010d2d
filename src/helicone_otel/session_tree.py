"""A session's numbers and its tree by path: pure folds over resolved spans and LLM requests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .model import (
    Kind,
    LlmRequest,
    RequestTotals,
    ResolvedSpan,
    ResolvedTrace,
    SessionSlice,
)
from .session_activity import activity
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
    count = failed = unpriced = without_usage = 0
    cost = input_tokens = output_tokens = latency = 0
    starts: list[int] = []
    last_end: int | None = None
    for request in requests:
        count += 1
        failed += request.failed
        if request.cost is None:
            unpriced += 1
        else:
            cost += request.cost.nano_usd
        if request.usage is None:
            without_usage += 1
        else:
            input_tokens += request.usage.input_tokens or 0
            output_tokens += request.usage.output_tokens or 0
        latency += request.end_ns - request.start_ns
        starts.append(request.start_ns)
        if last_end is None or request.end_ns > last_end:
            last_end = request.end_ns
    return RequestTotals(
        requests=count,
        failed_requests=failed,
        unpriced_requests=unpriced,
        requests_without_usage=without_usage,
        cost_nano_usd=cost,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        latency_ns=latency,
        first_request_start_ns=min(starts, default=None),
        last_request_start_ns=max(starts, default=None),
        last_request_end_ns=last_end,
    )


def slices_of(trace: ResolvedTrace) -> list[SessionSlice]:
    """Return what *trace* contributes to each session that it has spans or requests in."""
    spans: dict[str, list[ResolvedSpan]] = {}
    roots: dict[str, ResolvedSpan] = {}
    known: dict[str | None, str | None] = {}
    services: dict[str, str] = {}
    for span in trace.spans:  # parents first, so that a circle has a root too
        session_id = span.session_id
        if span.facts.kind is Kind.EVENT:
            services.setdefault(session_id or "", _service_name(span))
            continue
        if session_id is not None:
            spans.setdefault(session_id, []).append(span)
            if known.get(span.facts.parent_span_id) != session_id:
                roots[session_id] = min(span, roots.get(session_id, span), key=_start)
        known[span.facts.span_id] = session_id
    requests: dict[str, list[LlmRequest]] = {}
    for request in trace.requests:
        requests.setdefault(request.session_id, []).append(request)
    of_spans = [
        _slice(session_id, roots[session_id], members, requests.get(session_id, []), known.keys())
        for session_id, members in spans.items()
    ]
    if requests.keys() <= spans.keys():
        return of_spans
    return of_spans + [
        _slice_without_spans(session_id, members, services.get(session_id, ""))
        for session_id, members in requests.items()
        if session_id not in spans
    ]


def _slice(
    session_id: str,
    root: ResolvedSpan,
    spans: Sequence[ResolvedSpan],
    requests: Sequence[LlmRequest],
    known: Collection[str | None],
) -> SessionSlice:
    name = _first_name(requests)
    missing_parents = end_ns = 0
    ordered = sorted(spans, key=_start)
    for span in ordered:
        facts = span.facts
        if span.session_name and (name is None or _start(span) < name[:2]):
            name = (*_start(span), span.session_name)
        parent_id = facts.parent_span_id
        missing_parents += parent_id is not None and parent_id not in known
        end_ns = max(end_ns, facts.end_ns)
    first = ordered[0]
    return SessionSlice(
        session_id=session_id,
        trace_id=first.facts.trace_id,
        start_ns=first.facts.start_ns,
        end_ns=end_ns,
        spans=len(spans),
        missing_parents=missing_parents,
        explicit_name=name[2] if name else None,
        explicit_name_start_ns=name[0] if name else 0,
        explicit_name_span_id=name[1] if name else "",
        fallback_name=_fallback_name(root),
        fallback_name_start_ns=root.facts.start_ns,
        fallback_name_span_id=root.facts.span_id,
        totals=total(requests),
        active=activity(spans, requests),
    )


def _slice_without_spans(
    session_id: str, requests: Sequence[LlmRequest], service_name: str
) -> SessionSlice:
    """Return what log records contribute, or a call that belongs where another trace says."""
    ordered = sorted(requests, key=lambda request: (request.start_ns, request.span_id))
    first = ordered[0]
    name = _first_name(ordered)
    return SessionSlice(
        session_id=session_id,
        trace_id=first.trace_id,
        start_ns=first.start_ns,
        end_ns=max(request.end_ns for request in ordered),
        spans=0,
        missing_parents=0,
        explicit_name=name[2] if name else None,
        explicit_name_start_ns=name[0] if name else 0,
        explicit_name_span_id=name[1] if name else "",
        fallback_name=service_name,
        fallback_name_start_ns=first.start_ns,
        fallback_name_span_id=first.span_id,
        totals=total(ordered),
        active=activity((), ordered),
    )


def _first_name(requests: Iterable[LlmRequest]) -> tuple[int, str, str] | None:
    """Return start, span id and name of the first request that has a name of its own."""
    named = (
        (request.start_ns, request.span_id, request.session_name)
        for request in requests
        if request.session_name
    )
    return min(named, default=None)


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
    return _service_name(root)


def _service_name(span: ResolvedSpan) -> str:
    service = clean_name(span.facts.service_name or "") or ""
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
