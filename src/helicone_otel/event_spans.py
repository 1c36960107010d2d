"""Log records that are calls of a model, shown as the spans that they would have been."""

from .model import STATUS_ERROR, OtelSpanKind, SpanFacts, WholeLogRecord, WholeSpan


def span_of_event(event: SpanFacts, record: WholeLogRecord) -> WholeSpan:
    """Return what *record* holds as a span; *event* has its ids and times."""
    return WholeSpan(
        trace_id=event.trace_id,
        span_id=event.span_id,
        parent_span_id=event.parent_span_id or "",
        trace_state="",
        name=event.name,
        kind=OtelSpanKind.CLIENT,
        start_ns=event.start_ns,
        end_ns=event.end_ns,
        status_code=STATUS_ERROR if event.failed else 0,
        status_message=event.status_message,
        attributes=record.attributes,
        events=(),
        links=(),
        resource={"service.name": event.service_name} if event.service_name else {},
        scope_name=event.scope,
        scope_version="",
        scope={},
    )
