"""Work everything out again from the bytes that were received."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from msgspec.structs import replace

from .. import otlp
from ..ingest import derive_with
from ..ingest.reading import read_request
from ..model import SpanFacts
from ..settings import ImplicitSessions
from ..store import FileMaintenance, StoredSpan
from .rereading import reread


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltTrace:
    spans: int
    unread: int
    """Spans that this version cannot read; they keep what was read of them when they came."""


def rebuild(file: FileMaintenance, implicit: ImplicitSessions) -> Iterator[RebuiltTrace]:
    """Rebuild trace by trace."""
    rewriter = file.rewriter(derive_with(implicit))
    for trace_id in file.parts.trace_ids():
        pairs = reread(file.parts, rewriter, trace_id, _AsReceived())
        yield RebuiltTrace(spans=len(pairs), unread=sum(old is new for old, new in pairs))


class _AsReceived:
    """Reads the bytes that were received."""

    def read(self, spans: Sequence[StoredSpan]) -> list[StoredSpan]:
        """Return *spans* with what they say by today's reading; one that cannot be read stays."""
        by_origin = groupby(spans, key=lambda span: id(span.origin))
        return [span for _, group in by_origin for span in _read_group(list(group))]

    def read_event(self, event: SpanFacts) -> SpanFacts:
        return event

    def accept(self) -> bool:
        return True


def _read_group(spans: Sequence[StoredSpan]) -> Iterator[StoredSpan]:
    origin = spans[0].origin
    body = otlp.encode_request(origin.envelope, [span.raw for span in spans], origin.encoding)
    request = read_request(body, origin.encoding, max_spans=len(spans))
    unread = {rejection.index for rejection in request.rejections}
    anew = iter([span.facts for part in request.parts for span in part.unpacked()])
    for index, span in enumerate(spans):
        yield span if index in unread else replace(span, facts=next(anew))
