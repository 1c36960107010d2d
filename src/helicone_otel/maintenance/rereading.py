"""Put what spans say by another reading in place of what they said, trace by trace."""

from collections.abc import Sequence
from typing import Protocol

from ..model import SpanFacts
from ..store import PartReader, StoredSpan, TraceRewriter, pack


class Reading(Protocol):
    """Another way to read one trace."""

    def read(self, spans: Sequence[StoredSpan]) -> Sequence[StoredSpan]:
        """Read the spans of one part again, one by one, in their order."""

    def read_event(self, event: SpanFacts) -> SpanFacts:
        """Read again what a log record says as a call."""

    def accept(self) -> bool:
        """Tell whether to keep what has come of it; asked when the file shows it."""


def reread(
    reader: PartReader, rewriter: TraceRewriter, trace_id: str, reading: Reading
) -> list[tuple[StoredSpan, StoredSpan]]:
    """Replace a trace's spans by what *reading* makes of them; return each before and after.

    The trace changes in one transaction, so that readers, and whoever comes after a crash, find it
    as it was or as it is to be.
    """
    while True:  # spans may come for the trace meanwhile
        before = reader.parts_of(trace_id)
        after = [reading.read(part.spans) for part in before]
        events = {key: reading.read_event(old) for key, old in reader.events_of(trace_id).items()}
        if all(list(new) == list(part.spans) for new, part in zip(after, before, strict=True)):
            rewriter.derive_again(trace_id, events=events, accept=reading.accept)
            break
        parts = [part for spans in after for part in pack(spans)]
        if rewriter.replace(trace_id, before, parts, events=events, accept=reading.accept):
            break
    return [
        pair
        for part, spans in zip(before, after, strict=True)
        for pair in zip(part.spans, spans, strict=True)
    ]
