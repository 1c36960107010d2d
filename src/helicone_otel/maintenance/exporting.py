"""Everything that was received, as export requests again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .. import otlp
from ..errors import BadPayload
from ..model import Encoding, ReceivedLogRecord, Signal, value
from ..store import StoredPart


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedRequest:
    """Items of one resource and scope: spans of one trace, or log records."""

    body: bytes
    """Empty if there are none."""
    items: int
    refusals: Sequence[str] = ()
    """Why items are missing: each has a value that the wanted encoding cannot hold."""


@value
class _Item:
    raw: bytes
    told: str
    """What a person calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where some items came from, and how they did."""

    signal: Signal
    envelope: bytes
    encoding: Encoding

    def encoded(self, items: Iterable[_Item], wanted: Encoding) -> bytes:
        raw = [item.raw for item in items]
        body = otlp.encode_request(self.envelope, raw, self.encoding, self.signal)
        return otlp.convert_request(body, self.encoding, wanted, self.signal)


def export_part(part: StoredPart, encoding: Encoding) -> Iterator[ExportedRequest]:
    """Yield the spans of *part* in the encoding asked for, superseded copies among them."""
    for origin, spans in groupby(part.spans, key=lambda span: span.origin):
        source = _Source(signal=Signal.TRACES, envelope=origin.envelope, encoding=origin.encoding)
        items = [
            _Item(raw=span.raw, told=f"span {span.facts.span_id} of trace {span.facts.trace_id}")
            for span in spans
        ]
        yield _exported(source, items, encoding)


def export_log_records(
    records: Iterable[ReceivedLogRecord], encoding: Encoding
) -> Iterator[ExportedRequest]:
    """Yield *records* in the encoding asked for; neighbours of one origin share a request."""
    for (envelope, came_in), group in groupby(records, key=lambda it: (it.envelope, it.encoding)):
        source = _Source(signal=Signal.LOGS, envelope=envelope, encoding=came_in)
        items = [
            _Item(raw=record.body, told=f"log record {record.event_name} of {record.time_ns}")
            for record in group
        ]
        yield _exported(source, items, encoding)


def _exported(source: _Source, items: Sequence[_Item], encoding: Encoding) -> ExportedRequest:
    try:
        return ExportedRequest(body=source.encoded(items, encoding), items=len(items))
    except BadPayload:
        return _exported_in_part(source, items, encoding)


def _exported_in_part(
    source: _Source, items: Iterable[_Item], encoding: Encoding
) -> ExportedRequest:
    """Leave out the items that *encoding* cannot hold."""
    kept: list[_Item] = []
    refusals: list[str] = []
    for item in items:
        try:
            source.encoded([item], encoding)
        except BadPayload as error:
            refusals.append(f"{item.told}: {error}")
        else:
            kept.append(item)
    body = source.encoded(kept, encoding) if kept else b""
    return ExportedRequest(body=body, items=len(kept), refusals=refusals)
