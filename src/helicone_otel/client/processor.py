"""Write the session in force on every span that starts, and remember where each span lies."""

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from .. import semconv
from ..session_reference import SessionReference, normalize_path
from ..session_reference.paths import ROOT, extend_path
from .live_spans import is_http_client_span, is_server_span, segment_of, session_name_of
from .reports import report_failure
from .scope import call_in, scope_in
from .span_attributes import missing_attributes
from .trail import Trail, set_trail, trail_of


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
    call, scope = call_in(context), scope_in(context)
    if call is not None:
        _write(span, call.said)
        if is_http_client_span(span):
            span.set_attributes(call.own_attributes)
    elif scope is not None:
        _write(span, scope.reference)


def _write(span: Span, reference: SessionReference) -> None:
    trace_id = span.get_span_context().trace_id
    span.set_attributes(missing_attributes(span.attributes or {}, reference, trace_id))


def _trail_below(span: Span, context: Context) -> Trail:
    above = trail_of(trace.get_current_span(context))
    scope = scope_in(context)
    anchor = None if scope is None else scope.anchor
    if above is not None and above.anchor is anchor:
        path, leads = above.path, above.leads
    else:
        path = (None if scope is None else scope.reference.path) or ROOT
        leads = scope is not None
    path, leads = _step(span, path, leads=leads)
    root_name = session_name_of(span) if above is None else above.root_name
    return Trail(path=path, leads=leads, root_name=root_name, anchor=anchor)


def _step(span: Span, path: str, *, leads: bool) -> tuple[str, bool]:
    explicit = (span.attributes or {}).get(semconv.ATTR_SESSION_PATH)
    if explicit and isinstance(explicit, str):
        return normalize_path(explicit), True
    piece = segment_of(span)
    if piece is None or (leads and is_server_span(span)):
        return path, leads
    return extend_path(path, piece), True
