"""Everything that was received, as export requests again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .. import otlp
from ..errors import BadPayload, NotFound
from ..model import Encoding
from ..settings import ImplicitSessions
from ..store import PartReader, StoredPart, StoredSpan
from .membership import spans_inside


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedRequest:
    """Spans of one trace that came in one request, with their resource and scope."""

    body: bytes
    spans: int
    refusals: Sequence[str] = ()
    """Why spans are missing: each has a value that the wanted encoding cannot hold."""


def export_part(part: StoredPart, encoding: Encoding) -> Iterator[ExportedRequest]:
    """Yield the spans of *part* in the encoding asked for, superseded copies among them."""
    by_origin = groupby(part.spans, key=lambda span: span.origin)
    for _, spans in by_origin:
        yield _exported(list(spans), encoding)


def session_parts(
    reader: PartReader, session_id: str, implicit: ImplicitSessions
) -> list[StoredPart]:
    """Return the parts of a session, without the spans of others that share its traces.

    Raises:
        NotFound: no span is in a session of that id.
    """
    trace_ids = reader.traces_of(session_id)
    if not trace_ids:
        raise NotFound(f"There is no session with the id {session_id!r}.")
    return [
        part
        for trace_id in trace_ids
        for part in _parts_inside(reader, trace_id, session_id, implicit)
    ]


def _parts_inside(
    reader: PartReader, trace_id: str, session_id: str, implicit: ImplicitSessions
) -> Iterator[StoredPart]:
    inside = spans_inside(session_id, reader.facts_of(trace_id), implicit)
    for part in reader.parts_of(trace_id):
        yield replace(part, spans=[s for s in part.spans if s.facts.span_id in inside])


def _exported(spans: Sequence[StoredSpan], encoding: Encoding) -> ExportedRequest:
    try:
        return ExportedRequest(body=_encoded(spans, encoding), spans=len(spans))
    except BadPayload:
        return _exported_in_part(spans, encoding)


def _exported_in_part(spans: Iterable[StoredSpan], encoding: Encoding) -> ExportedRequest:
    """Leave out the spans that *encoding* cannot hold."""
    kept: list[StoredSpan] = []
    refusals: list[str] = []
    for span in spans:
        try:
            _encoded([span], encoding)
        except BadPayload as error:
            refusals.append(f"span {span.facts.span_id} of trace {span.facts.trace_id}: {error}")
        else:
            kept.append(span)
    body = _encoded(kept, encoding) if kept else b""
    return ExportedRequest(body=body, spans=len(kept), refusals=refusals)


def _encoded(spans: Sequence[StoredSpan], encoding: Encoding) -> bytes:
    origin = spans[0].origin
    body = otlp.encode_request(origin.envelope, [span.raw for span in spans], origin.encoding)
    return otlp.convert_request(body, origin.encoding, encoding)
