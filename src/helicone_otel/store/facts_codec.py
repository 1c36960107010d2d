"""Facts as JSON arrays of their fields, which the views of the file look into."""

from collections.abc import Iterable

from msgspec import Struct, json
from msgspec.structs import astuple, force_setattr

from ..model import SpanFacts


class PartSpan(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A span of a part, but for its bytes."""

    origin: int
    """Position among the part's origins."""
    raw_bytes: int
    """Length of the span as received."""
    facts: SpanFacts


_facts = json.Decoder(SpanFacts)
_part = json.Decoder(list[PartSpan])


def encode_facts(facts: SpanFacts) -> bytes:
    """Return all of *facts* but the trace id."""
    return json.encode(_row(facts))


def decode_facts(trace_id: str, encoded: bytes) -> SpanFacts:
    facts = _facts.decode(encoded)
    force_setattr(facts, "trace_id", trace_id)
    return facts


def encode_part(spans: Iterable[PartSpan]) -> bytes:
    """Return what `trace_part.spans` holds."""
    return json.encode([(span.origin, span.raw_bytes, _row(span.facts)) for span in spans])


def decode_part(trace_id: str, encoded: str | bytes) -> list[PartSpan]:
    spans = _part.decode(encoded)
    for span in spans:
        force_setattr(span.facts, "trace_id", trace_id)
    return spans


def _row(facts: SpanFacts) -> tuple[object, ...]:
    return astuple(facts)[:-1]  # the trace id is the last
