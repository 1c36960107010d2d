"""Find traces by their spans, as Jaeger's users do, among the latest ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import otlp
from .model import STATUS_ERROR, AttributeValue, SpanFacts, WholeSpan
from .placed_spans import spans_with_sessions
from .store import Snapshot, SpanStore

_LATEST = 1000
"""Traces that are looked through, the last received first."""
UNKNOWN_SERVICE = "unknown_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceWanted:
    """Which traces are asked for: those with one span that is all of this."""

    service: str
    operation: str = ""
    after_ns: int | None = None
    before_ns: int | None = None
    min_ns: int | None = None
    max_ns: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def may_have(self, span: SpanFacts) -> bool:
        """Tell whether *span* is it, but for its tags."""
        duration_ns = span.end_ns - span.start_ns
        return (
            (span.service_name or UNKNOWN_SERVICE) == self.service
            and self.operation in ("", span.name)
            and (self.after_ns is None or span.start_ns >= self.after_ns)
            and (self.before_ns is None or span.start_ns <= self.before_ns)
            and (self.min_ns is None or duration_ns >= self.min_ns)
            and (self.max_ns is None or duration_ns <= self.max_ns)
        )

    def has_tags_of(self, span: WholeSpan) -> bool:
        return all(_has_tag(span, key, text) for key, text in self.tags.items())


class TraceSearch:
    """Look through the latest traces; may be used from any thread.

    What spans say is kept apart from their bytes, so few spans need to be opened.
    """

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def find_traces(self, wanted: TraceWanted, *, limit: int) -> list[list[WholeSpan]]:
        """Return up to *limit* of the latest traces that have such a span, told of sessions."""
        found: list[list[WholeSpan]] = []
        with self._store.snapshot() as snapshot:
            for trace_id in snapshot.latest_traces(limit=_LATEST):
                facts = snapshot.facts_of_trace(trace_id)
                likely = {span.span_id for span in facts if wanted.may_have(span)}
                spans = spans_with_sessions(snapshot, trace_id) if likely else []
                if any(span.span_id in likely and wanted.has_tags_of(span) for span in spans):
                    found.append(spans)
                    if len(found) == limit:
                        break
        return found

    def list_services(self) -> set[str]:
        with self._store.snapshot() as snapshot:
            return {
                span.service_name or UNKNOWN_SERVICE
                for trace_id in snapshot.latest_traces(limit=_LATEST)
                for span in snapshot.facts_of_trace(trace_id)
            }

    def list_operations(self, service: str) -> set[tuple[str, int]]:
        """Return the names and kinds of a service's spans."""
        with self._store.snapshot() as snapshot:
            return {(span.name, span.kind) for span in _examples(snapshot, service)}


def _examples(snapshot: Snapshot, service: str) -> Iterator[WholeSpan]:
    """Yield one of the spans of a service that share a name, a scope and a meaning."""
    seen: set[tuple[str, str, str]] = set()
    for trace_id in snapshot.latest_traces(limit=_LATEST):
        new: set[str] = set()
        for span in snapshot.facts_of_trace(trace_id):
            sort = (span.name, span.scope, span.kind)
            if sort not in seen and (span.service_name or UNKNOWN_SERVICE) == service:
                seen.add(sort)
                new.add(span.span_id)
        if new:
            received = snapshot.received_spans(trace_id)
            yield from otlp.open_spans(one for one in received if one.facts.span_id in new)


def service_name(resource: Mapping[str, AttributeValue]) -> str:
    name = resource.get("service.name")
    return name if isinstance(name, str) and name else UNKNOWN_SERVICE


def _has_tag(span: WholeSpan, key: str, text: str) -> bool:
    if key == "error":
        return text == ("true" if span.status_code == STATUS_ERROR else "false")
    for attributes in (span.attributes, span.resource):
        value = attributes.get(key)
        if value is not None:
            return (str(value).lower() if isinstance(value, bool) else str(value)) == text
    return False
