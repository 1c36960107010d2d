"""Write the session in force on every span that starts, and remember where each span lies."""

from collections.abc import Callable
from typing import TypeAlias
from weakref import ref

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import Span as TracingSpan
from opentelemetry.trace import SpanKind

from .. import semconv
from ..session_reference import ROOT, extend_path, normalize_path
from .frame import Trail, call_in, frame_in, remember_child, set_trail, trail_of
from .live_spans import (
    counts_at_the_top_only,
    is_http_client_span,
    is_own_llm_span,
    may_come_to_stand_for_llm_call,
    segment_of,
    session_name_of,
)
from .reports import report_failure
from .span_attributes import missing_attributes, session_attributes_in

PathRule: TypeAlias = Callable[[ReadableSpan], str | None]


class HeliconeSpanProcessor(SpanProcessor):
    """Annotates starting spans; a provider keeps it for life, so it can be switched off."""

    def __init__(self, path: PathRule | None = None) -> None:
        """Annotate spans; *path* may name the path of one that derives it otherwise."""
        self.enabled = True
        self.path = path

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if not self.enabled:
            return
        context = otel_context.get_current() if parent_context is None else parent_context
        try:
            if self.path is not None:
                _write_path(span, self.path)
            set_trail(span, _trail_below(span, context))
            if not is_own_llm_span(span):  # that was started with all of it
                _write_session(span, context)
                parent = trace.get_current_span(context)
                if parent.is_recording() and may_come_to_stand_for_llm_call(span):
                    remember_child(span, parent)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Writing the session on a span", error)


def _write_path(span: Span, rule: PathRule) -> None:
    try:
        said = rule(span)
    except Exception as error:  # noqa: BLE001 - the application's rule; the path is derived then
        report_failure("The path= rule", error)
    else:
        if said:
            span.set_attribute(semconv.ATTR_SESSION_PATH, normalize_path(said))


def _write_session(span: Span, context: Context) -> None:
    inherited = session_attributes_in(context, span.get_span_context().trace_id)
    if inherited:
        span.set_attributes(missing_attributes(span.attributes or (), inherited))
    call = call_in(context)
    if call is not None and is_http_client_span(span):
        span.set_attributes(call.own_attributes)


def _trail_below(span: Span, context: Context) -> Trail:
    parent = trace.get_current_span(context)
    above = trail_of(parent)
    frame = frame_in(context)
    anchor = None if frame is None else frame.anchor
    if above is not None and above.anchor is anchor:
        above = _retold(parent, above)
        base = above.path, above.leads
    else:
        base = (None if frame is None else frame.reference.path) or ROOT, frame is not None
    path, leads = base
    root_name = None if above is None else above.root_name
    if not is_own_llm_span(span):
        path, leads = _step(span, path, leads=leads)
        root_name = session_name_of(span) if above is None else root_name
    return Trail(path, leads, root_name, anchor, None if above is None else ref(parent), base)


def _retold(span: TracingSpan, trail: Trail) -> Trail:
    """Return the trail of a running *span* by what it says now: a server learns its route late."""
    if not isinstance(span, ReadableSpan) or span.kind is not SpanKind.SERVER:
        return trail
    path, leads = _step(span, trail.base[0], leads=trail.base[1])
    if path == trail.path:
        return trail
    trail = trail._replace(path=path, leads=leads)
    set_trail(span, trail)
    return trail


def _step(span: ReadableSpan, path: str, *, leads: bool) -> tuple[str, bool]:
    explicit = (span.attributes or {}).get(semconv.ATTR_SESSION_PATH)
    if explicit and isinstance(explicit, str):
        return normalize_path(explicit), True
    piece = segment_of(span)
    if piece is None or (leads and counts_at_the_top_only(span)):
        return path, leads
    return extend_path(path, piece), True
