"""The messages of stored spans, whichever span, log record or trace of their call tells them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property

from . import mapping, otlp
from .model import Kind, ReceivedLogRecord, ReceivedSpan, ResolvedSpan, SpanMessages
from .session_calls import SpanKey, key_of
from .store import Snapshot
from .trace_reading import open_events, resolve_around


def messages_by_span(snapshot: Snapshot, spans: Iterable[SpanKey]) -> dict[SpanKey, SpanMessages]:
    """Return the messages of LLM requests of many traces.

    Most tell their own. What else tells of a call is looked for only where one does not.
    """
    keys = set(spans)
    found = _told_by_themselves(snapshot, keys)
    silent: defaultdict[str, list[str]] = defaultdict(list)
    for trace_id, span_id in keys - found.keys():
        silent[trace_id].append(span_id)
    for trace_id, span_ids in silent.items():
        told = TraceMessages(snapshot, trace_id)
        found |= {(trace_id, span_id): told.of(span_id) for span_id in span_ids}
    return found


def _told_by_themselves(
    snapshot: Snapshot, keys: Collection[SpanKey]
) -> dict[SpanKey, SpanMessages]:
    received = list(snapshot.received_spans_of(keys))
    records = _records_by_span(snapshot, {trace_id for trace_id, _ in keys})
    found: dict[SpanKey, SpanMessages] = {}
    for span, whole in zip(received, otlp.open_spans(received), strict=True):
        key = (span.facts.trace_id, span.facts.span_id)
        emitted = otlp.open_log_records(records.get(key, ()))
        messages = mapping.messages_of(whole, span.facts.kind, emitted)
        if messages.input or messages.output:
            found[key] = messages
    return found


def _records_by_span(
    snapshot: Snapshot, trace_ids: Iterable[str]
) -> dict[SpanKey, list[ReceivedLogRecord]]:
    records: defaultdict[SpanKey, list[ReceivedLogRecord]] = defaultdict(list)
    for record in snapshot.log_records_of_traces(trace_ids):
        records[record.trace_id or "", record.span_id or ""].append(record)
    return records


class TraceMessages:
    """The messages of one trace's spans, told by them or by other traces that tell of the call."""

    def __init__(self, snapshot: Snapshot, trace_id: str) -> None:
        self._snapshot = snapshot
        self._around = resolve_around(snapshot, trace_id)
        self._tellers = mapping.Tellers(span for trace in self._around for span in trace.spans)
        self._places = {s.facts.span_id: s for trace in self._around[:1] for s in trace.spans}

    @property
    def places(self) -> Collection[ResolvedSpan]:
        """The spans of the trace in their places."""
        return self._places.values()

    @cached_property
    def _received(self) -> dict[SpanKey, ReceivedSpan]:
        return {
            (trace.trace_id, span.facts.span_id): span
            for trace in self._around
            for span in self._snapshot.received_spans(trace.trace_id)
        }

    @cached_property
    def _records(self) -> dict[SpanKey, list[ReceivedLogRecord]]:
        return _records_by_span(self._snapshot, [trace.trace_id for trace in self._around])

    def knows(self, span_id: str) -> bool:
        return span_id in self._places

    def of(self, span_id: str) -> SpanMessages:
        place = self._places.get(span_id)
        for teller in self._tellers.of(place) if place else ():
            messages = self._told_by(teller)
            if messages.input or messages.output:
                return messages
        return SpanMessages()

    def _told_by(self, teller: ResolvedSpan) -> SpanMessages:
        key = key_of(teller)
        records = otlp.open_log_records(self._records.get(key, ()))
        if key in self._received:
            (whole,) = otlp.open_spans([self._received[key]])
            return mapping.messages_of(whole, teller.facts.kind, records)
        for whole in open_events(self._snapshot, [teller.facts]):
            return mapping.messages_of(whole, Kind.LLM, records)
        return SpanMessages()
