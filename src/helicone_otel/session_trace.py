"""A whole session told as one trace: its folders as spans, the real spans below them.

Nothing is lost: each real span links to the one it stands for, in the trace it came in.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from . import semconv
from .model import Kind, ResolvedSpan, SessionSummary, WholeLink, WholeSpan
from .session_reference import ROOT, derived_trace_id, path_segments

_INTERNAL = 1
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSpan:
    """A real span with all it holds, and its place in the session."""

    place: ResolvedSpan
    whole: WholeSpan


def session_trace(
    summary: SessionSummary, spans: Sequence[PlacedSpan], *, left_out: int = 0
) -> list[WholeSpan]:
    """Return the trace: a root named as the session, folders as far as needed, the real spans.

    A real span keeps its parent if that is in the session; else it hangs in the folder that it
    lies in. The root says how many spans were *left_out*.
    """
    trace_id = derived_trace_id(summary.session_id, summary.trace_ids)
    ids = {_key(span): _span_id(*_key(span)) for span in spans}
    told = [_told(span, trace_id, ids) for span in spans]
    hung = [
        (_folder_of(span.place), whole)
        for span, whole in zip(spans, told, strict=True)
        if not whole.parent_span_id
    ]
    folders = _folders(summary, trace_id, hung)
    in_folder = {whole.span_id: folders[path].span_id for path, whole in hung}
    root, *others = folders.values()
    return [
        replace(root, attributes={**root.attributes, semconv.ATTR_SPANS_LEFT_OUT: left_out})
        if left_out
        else root,
        *others,
        *(
            replace(whole, parent_span_id=in_folder.get(whole.span_id, whole.parent_span_id))
            for whole in told
        ),
    ]


def _folder_of(place: ResolvedSpan) -> str:
    """Return the folder a span lies in; the path of a step is its own, one level below."""
    if place.facts.kind in (Kind.LLM, Kind.TRANSPORT, Kind.EVENT):
        return place.path
    return place.path.rpartition("/")[0] or ROOT


def _told(span: PlacedSpan, trace_id: str, ids: Mapping[tuple[str, str], str]) -> WholeSpan:
    whole = span.whole
    origin = WholeLink(trace_id=whole.trace_id, span_id=whole.span_id, attributes={})
    return replace(
        whole,
        trace_id=trace_id,
        span_id=ids[_key(span)],
        parent_span_id=ids.get((whole.trace_id, whole.parent_span_id), ""),
        links=[*whole.links, origin],
    )


def _folders(
    summary: SessionSummary, trace_id: str, hung: Iterable[tuple[str, WholeSpan]]
) -> dict[str, WholeSpan]:
    """Return the root and the folders above what is *hung*, by path, each above its own."""
    spread: dict[str, tuple[int, int]] = {ROOT: (summary.start_ns, summary.end_ns)}
    for path, whole in hung:
        for above in _folders_above(path):
            start, end = spread.get(above, (whole.start_ns, whole.end_ns))
            spread[above] = (min(start, whole.start_ns), max(end, whole.end_ns))
    return {
        path: _folder(summary, trace_id, path, start_ns=start, end_ns=end)
        for path, (start, end) in sorted(spread.items())
    }


def _folder(
    summary: SessionSummary, trace_id: str, path: str, *, start_ns: int, end_ns: int
) -> WholeSpan:
    above, _, segment = path.rpartition("/")
    is_root = path == ROOT
    return WholeSpan(
        trace_id=trace_id,
        span_id=_span_id(summary.session_id, path),
        parent_span_id="" if is_root else _span_id(summary.session_id, above or ROOT),
        trace_state="",
        name=(summary.name or summary.session_id) if is_root else segment,
        kind=_INTERNAL,
        start_ns=start_ns,
        end_ns=end_ns,
        status_code=0,
        status_message="",
        attributes={
            semconv.ATTR_SESSION_ID: summary.session_id,
            semconv.OTEL_SESSION_ID: summary.session_id,
            semconv.ATTR_SESSION_NAME: summary.name,
            semconv.ATTR_SESSION_PATH: path,
        },
        events=(),
        links=(),
        resource={"service.name": "helicone-otel"},
        scope_name="helicone-otel",
        scope_version="",
        scope={},
    )


def _folders_above(path: str) -> list[str]:
    folders, folder = [ROOT], ""
    for segment in path_segments(path):
        folder = f"{folder}/{segment}"
        folders.append(folder)
    return folders


def _key(span: PlacedSpan) -> tuple[str, str]:
    return span.whole.trace_id, span.whole.span_id


def _span_id(*parts: str) -> str:
    """Return the same id for the same parts, and another for others."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_ID_DIGITS]
    return digest if digest.strip("0") else "1".zfill(_ID_DIGITS)
