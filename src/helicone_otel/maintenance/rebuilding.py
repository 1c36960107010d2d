"""Work everything out again from the bytes that were received."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .. import otlp
from ..ingest import derive_with
from ..ingest.reading import read_request
from ..settings import ImplicitSessions
from ..store import FileMaintenance, PartReader, StoredSpan, TraceRewriter, pack


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltTrace:
    spans: int
    unread: int
    """Spans that this version cannot read; they keep what was read of them when they came."""


def rebuild(file: FileMaintenance, implicit: ImplicitSessions) -> Iterator[RebuiltTrace]:
    """Rebuild trace by trace.

    A trace changes in one transaction, so that readers, and whoever comes after a crash, find it
    as it was or as it is to be.
    """
    rewriter = file.rewriter(derive_with(implicit))
    for trace_id in file.parts.trace_ids():
        rebuilt = None
        while rebuilt is None:  # spans may come for the trace meanwhile
            rebuilt = _rebuild_trace(file.parts, rewriter, trace_id)
        yield rebuilt


def _rebuild_trace(
    reader: PartReader, rewriter: TraceRewriter, trace_id: str
) -> RebuiltTrace | None:
    before = reader.parts_of(trace_id)
    after = [_read_again(part.spans) for part in before]
    if all(read == part.spans for read, part in zip(after, before, strict=True)):
        rewriter.derive_again(trace_id)
    elif not rewriter.replace(trace_id, before, [part for spans in after for part in pack(spans)]):
        return None
    pairs = [
        (old, new)
        for part, read in zip(before, after, strict=True)
        for old, new in zip(part.spans, read, strict=True)
    ]
    return RebuiltTrace(spans=len(pairs), unread=sum(old is new for old, new in pairs))


def _read_again(spans: Sequence[StoredSpan]) -> list[StoredSpan]:
    """Return *spans* with what they say by today's reading; one that cannot be read stays."""
    by_origin = groupby(spans, key=lambda span: id(span.origin))
    return [span for _, group in by_origin for span in _read_group(list(group))]


def _read_group(spans: Sequence[StoredSpan]) -> Iterator[StoredSpan]:
    origin = spans[0].origin
    body = otlp.encode_request(origin.envelope, [span.raw for span in spans], origin.encoding)
    request = read_request(body, origin.encoding, max_spans=len(spans))
    unread = {rejection.index for rejection in request.rejections}
    anew = iter([span.facts for part in request.parts for span in part.unpacked()])
    for index, span in enumerate(spans):
        yield span if index in unread else replace(span, facts=next(anew))
