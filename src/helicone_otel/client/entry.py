"""Open a span that says where the work inside it lies, and close it again."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from traceback import format_exception
from typing import NamedTuple

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, Status, StatusCode

from ..session_reference import (
    ROOT,
    SessionReference,
    join_path,
    merge_properties,
    session_id_of_trace,
)
from .activation import tracer
from .current import path_in
from .frame import Frame, frame_in, with_frame
from .reports import report_failure
from .span_attributes import frame_attributes


class Opening(NamedTuple):
    """What the application said in `session()` or `step()`."""

    span_name: str
    piece: str
    """What it adds to the enclosing path, unless it starts a session; `""` is nothing."""
    says: SessionReference
    is_session: bool


class Entry(NamedTuple):
    """One block that is open: it owns its span, and the context in which the block runs."""

    span: Span
    frame: Frame
    context: Context


def enter(opening: Opening) -> Entry:
    """Start the span of a block; the caller attaches the entry's context."""
    outer = otel_context.get_current()
    frame = _frame_of(opening, outer)
    trace_id = trace.get_current_span(outer).get_span_context().trace_id
    inside = with_frame(frame, outer)
    span = _start_span(opening.span_name, inside, frame_attributes(frame, trace_id))
    if frame.reference.id is None:
        frame = replace(frame, reference=replace(frame.reference, id=_implicit_id(span)))
    return Entry(span=span, frame=frame, context=_inside(span, frame, outer))


def _start_span(name: str, inside: Context, attributes: Mapping[str, str]) -> Span:
    """Start a span; where a broken tracer raises, the session goes on without one."""
    token = otel_context.attach(inside)  # an id generator is told of no context but this one
    try:
        return tracer().start_span(name, context=inside, attributes=attributes)
    except Exception as error:  # noqa: BLE001 - a broken tracer must not stop the work
        report_failure("Opening a span", error)
        return NonRecordingSpan(trace.get_current_span(inside).get_span_context())
    finally:
        otel_context.detach(token)


def leave(entry: Entry, error: BaseException | None) -> None:
    """End the span of a block, marked if an exception left it."""
    try:
        if isinstance(error, Exception) and entry.span.is_recording():
            _mark(entry.span, error)
        entry.span.end()
    except Exception as failure:  # noqa: BLE001 - it would hide the application's own exception
        report_failure("Ending a span", failure)


def _mark(span: Span, error: Exception) -> None:
    try:
        message, told = str(error), "".join(format_exception(error))
        # Its patterns take a tenth of this package's import to compile, and errors are rare.
        from ..redaction import redact  # noqa: PLC0415 - as above

        attributes = {"exception.message": redact(message), "exception.stacktrace": redact(told)}
        span.record_exception(error, attributes)
        span.set_status(Status(StatusCode.ERROR, redact(f"{type(error).__name__}: {message}")))
    except Exception as failure:  # noqa: BLE001 - an exception may refuse to be printed
        report_failure("Recording an exception", failure)


def _inside(span: Span, frame: Frame, outer: Context) -> Context:
    context = with_frame(frame, outer)
    if span.get_span_context() == trace.get_current_span(outer).get_span_context():
        # A tracer that does nothing hands out a copy of the parent; the parent stays current.
        return context
    return trace.set_span_in_context(span, context)


def _frame_of(opening: Opening, outer: Context) -> Frame:
    enclosing = frame_in(outer)
    around = SessionReference() if enclosing is None else enclosing.reference
    in_session = enclosing is not None and enclosing.in_session
    starts = opening.is_session and (opening.says.id is not None or not in_session)
    placed = _started(opening) if starts else _placed(opening, around, path_in(outer))
    reference = replace(
        placed,
        user_id=opening.says.user_id or around.user_id,
        properties=merge_properties(around.properties, opening.says.properties),
    )
    origin = None if starts or enclosing is None else enclosing.origin
    return Frame(reference=reference, in_session=starts or in_session, origin=origin)


def _started(opening: Opening) -> SessionReference:
    says = opening.says
    return SessionReference(id=says.id, name=says.name, path=says.path or ROOT)


def _placed(opening: Opening, around: SessionReference, path: str) -> SessionReference:
    path = opening.says.path or join_path(path, opening.piece)
    return SessionReference(id=around.id, name=around.name, path=path)


def _implicit_id(span: Span) -> str:
    """Return the id of a session that names none; without a trace it is held in context only."""
    span_context = span.get_span_context()
    if span_context.is_valid:
        return session_id_of_trace(f"{span_context.trace_id:032x}")
    return str(uuid.uuid4())
