"""Spans packed for the file: those of one trace that came in one request are one row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import zstandard

from ..model import Origin, SpanFacts, Value
from .facts_codec import PartSpan, decode_part, encode_part

_LEVEL = 3
_MAX_RAW_BYTES = 2**31
"""Of one part, unpacked; no request is that large."""


class StoredSpan(Value, frozen=True):
    """A span on its way into the store."""

    facts: SpanFacts
    origin: Origin
    raw: bytes


class TracePart(Value, frozen=True, kw_only=False):
    """Spans of one trace, packed; by the places of its fields it is handed over sooner."""

    trace_id: str
    origins: Sequence[Origin]
    packed_spans: bytes
    """What `trace_part.spans` holds."""
    raw: bytes
    """What `trace_part.raw` holds."""
    raw_bytes: int
    """Of the spans as received."""
    spans: int
    facts: Sequence[SpanFacts]
    """What the spans say; what they have in common is the same objects."""

    def unpacked(self) -> list[StoredSpan]:
        spans = decode_part(self.trace_id, self.packed_spans)
        return [
            StoredSpan(facts=span.facts, origin=self.origins[span.origin], raw=raw)
            for span, raw in zip(spans, unpack_raw(self.raw, spans), strict=True)
        ]


def pack(spans: Iterable[StoredSpan]) -> list[TracePart]:
    """Return *spans* by trace; may be called from any thread, and lets others run meanwhile."""
    by_trace: defaultdict[str, list[StoredSpan]] = defaultdict(list)
    for span in spans:
        by_trace[span.facts.trace_id].append(span)
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    return [_packed(trace_id, members, compressor) for trace_id, members in by_trace.items()]


def _packed(
    trace_id: str, members: Sequence[StoredSpan], compressor: zstandard.ZstdCompressor
) -> TracePart:
    origins = {id(span.origin): span.origin for span in members}
    position = {key: index for index, key in enumerate(origins)}
    spans = [
        PartSpan(origin=position[id(span.origin)], raw_bytes=len(span.raw), facts=span.facts)
        for span in members
    ]
    raw = b"".join([span.raw for span in members])
    return TracePart(
        trace_id=trace_id,
        origins=list(origins.values()),
        packed_spans=encode_part(spans),
        raw=compressor.compress(raw),
        raw_bytes=len(raw),
        spans=len(members),
        facts=[span.facts for span in members],
    )


def unpack_raw(raw: bytes, spans: Iterable[PartSpan]) -> Iterator[bytes]:
    """Yield the bytes of each span, as received, that `trace_part.raw` holds."""
    whole = zstandard.ZstdDecompressor().decompress(raw, max_output_size=_MAX_RAW_BYTES)
    start = 0
    for span in spans:
        yield whole[start : start + span.raw_bytes]
        start += span.raw_bytes
