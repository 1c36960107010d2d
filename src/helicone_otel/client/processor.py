"""Write the session in force on every span that starts, and remember where each span lies."""

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from .. import semconv
from ..session_reference import ROOT, SessionReference, extend_path, normalize_path
from .frame import Trail, call_in, frame_in, set_trail, trail_of
from .live_spans import (
    counts_at_the_top_only,
    is_http_client_span,
    segment_of,
    session_name_of,
)
from .reports import report_failure
from .span_attributes import missing_attributes


class HeliconeSpanProcessor(SpanProcessor):
    """Annotates starting spans; a provider keeps it for life, so it can be switched off."""

    def __init__(self) -> None:
        self.enabled = True

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if not self.enabled:
            return
        context = otel_context.get_current() if parent_context is None else parent_context
        try:
            set_trail(span, _trail_below(span, context))
            _write_session(span, context)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Writing the session on a span", error)


def _write_session(span: Span, context: Context) -> None:
    call, frame = call_in(context), frame_in(context)
    if call is not None:
        _write(span, call.said)
        if is_http_client_span(span):
            span.set_attributes(call.own_attributes)
    elif frame is not None:
        _write(span, frame.reference)


def _write(span: Span, reference: SessionReference) -> None:
    trace_id = span.get_span_context().trace_id
    span.set_attributes(missing_attributes(span.attributes or {}, reference, trace_id))


def _trail_below(span: Span, context: Context) -> Trail:
    above = trail_of(trace.get_current_span(context))
    frame = frame_in(context)
    anchor = None if frame is None else frame.anchor
    if above is not None and above.anchor is anchor:
        path, leads = above.path, above.leads
    else:
        path = (None if frame is None else frame.reference.path) or ROOT
        leads = frame is not None
    path, leads = _step(span, path, leads=leads)
    root_name = session_name_of(span) if above is None else above.root_name
    return Trail(path=path, leads=leads, root_name=root_name, anchor=anchor)


def _step(span: Span, path: str, *, leads: bool) -> tuple[str, bool]:
    explicit = (span.attributes or {}).get(semconv.ATTR_SESSION_PATH)
    if explicit and isinstance(explicit, str):
        return normalize_path(explicit), True
    piece = segment_of(span)
    if piece is None or (leads and counts_at_the_top_only(span)):
        return path, leads
    return extend_path(path, piece), True
