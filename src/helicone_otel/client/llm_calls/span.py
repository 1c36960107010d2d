"""The span of one LLM call: opened when it is sent, closed when its answer has been read."""

import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import cast

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,
    Context,
)
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, get_current_span

from ... import semconv
from ..activation import LLM_CALLS_SCOPE, Activation
from ..injection import HttpRequest
from ..live_spans import is_within_llm_call
from ..reports import report_failure
from ..span_attributes import session_attributes_in
from .answer import READ_KEYS, Answer
from .content import ContentCapture
from .documents import Json, documents_in
from .recording import Recording, events_in
from .request import LlmRequest, Value, llm_request_of
from .response import AnsweringHttp, head_of
from .streams import listen
from .unfinished import finish_at_exit

_SUPPRESSING = (_SUPPRESS_INSTRUMENTATION_KEY, "suppress_language_model_instrumentation")
"""What instrumentations say in the context of a call that they tell of themselves."""
_REDIRECT, _BAD_REQUEST = HTTPStatus.MULTIPLE_CHOICES.value, HTTPStatus.BAD_REQUEST.value


class LlmCalls:
    """Opens spans for LLM calls that nothing else has a span for."""

    def __init__(self, activation: Activation, content: ContentCapture) -> None:
        self._activation = activation
        self._content = content

    def open(self, request: HttpRequest, context: Context) -> "LlmCall | None":
        """Start the span of *request* in *context*; `None` if it is none of our business."""
        asked = llm_request_of(request)
        if asked is None or _is_suppressed(context) or is_within_llm_call(context):
            return None
        trace_id = get_current_span(context).get_span_context().trace_id
        span = self._activation.tracer(LLM_CALLS_SCOPE).start_span(
            f"{asked.operation} {asked.model}",
            context=context,
            kind=SpanKind.CLIENT,
            attributes={**asked.attributes, **session_attributes_in(context, trace_id)},
        )
        if not span.get_span_context().is_valid:
            return None
        if self._content.is_on and span.is_recording():
            span.set_attributes(self._content.of_request(asked.body))
        return LlmCall(span, asked, self._content)


def _is_suppressed(context: Context) -> bool:
    return any(context.get(key) for key in _SUPPRESSING)


class LlmCall:
    """One LLM call in progress; owns its span, and listens to its response."""

    def __init__(self, span: Span, asked: LlmRequest, content: ContentCapture) -> None:
        self.span = span
        self._asked = asked
        self._content = content
        self._recording = Recording()
        self._is_event_stream = False
        self._decoded: Callable[[bytes], bytes] | None = None
        self._started = time.perf_counter()
        self._first_chunk: float | None = None
        self._over = False
        self._learned: dict[str, Value] = {}
        """For the span's end: one writing of many attributes takes less than many of one."""

    def learn(self, attributes: Mapping[str, Value]) -> None:
        """Have *attributes* on the span when it ends."""
        self._learned.update(attributes)

    def answer(self, response: object) -> None:
        """Read the answer as the application reads it; an error's answer is not read."""
        if not self.span.is_recording():
            self._end()
            return
        http: AnsweringHttp = response  # type: ignore[assignment] # the library's
        head, status = head_of(http), int(http.status_code)
        self._learned[semconv.HTTP_STATUS_CODE] = status
        if head.helicone_id:
            self._learned[semconv.ATTR_HELICONE_ID] = head.helicone_id
        if status >= _BAD_REQUEST:
            self._set_error(str(status))
        if status >= _REDIRECT:
            self._end()
            return
        self._is_event_stream = b"event-stream" in head.content_type
        if head.content_encoding and not http.is_stream_consumed:
            self._decoded = _decoder(type(response), head.content_encoding)
        if not http.is_stream_consumed:
            finish_at_exit(self)
        listen(http, self)

    def add(self, chunk: bytes) -> None:
        if self._first_chunk is None:
            self._first_chunk = time.perf_counter()
        self._recording.add(chunk)

    def finish(self) -> None:
        """Write what the answer says, and end the span; only the first time."""
        if self._over:
            return
        try:
            self._write_answer()
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Reading the answer of an LLM call", error)
        self._end()

    def fail(self, error: BaseException) -> None:
        """End the span of a call that broke off."""
        if self._over:
            return
        kind = type(error)
        self._set_error(f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins."))
        self.finish()

    def _end(self) -> None:
        self._over = True
        try:
            self.span.set_attributes(self._learned)
            self.span.end()
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Ending a span", error)

    def _set_error(self, error_type: str) -> None:
        self._learned[semconv.ERROR_TYPE] = error_type
        self.span.set_status(Status(StatusCode.ERROR))

    def _write_answer(self) -> None:
        if self._first_chunk is not None and self._asked.streams:
            seconds = self._first_chunk - self._started
            self._learned[semconv.GEN_AI_TIME_TO_FIRST_CHUNK] = seconds
        documents = list(self._documents())
        answer = Answer()
        for document in documents:
            answer.read(document)
        self._learned.update(answer.attributes())
        if answer.error_type is not None:
            self._set_error(answer.error_type)
        if self._content.is_on:
            self._learned.update(self._content.of_answer(documents))

    def _documents(self) -> Iterator[Json]:
        body = self._recording.body()
        if self._decoded is not None:
            if self._recording.has_gap:
                return
            body = self._decoded(body)
        if self._is_event_stream:
            yield from events_in(body, every=self._content.is_on)
        else:
            yield from documents_in(body, READ_KEYS)


def _decoder(response_type: type, encoding: bytes) -> Callable[[bytes], bytes]:
    """Return what undoes *encoding*, by the library's own means."""

    def decoded(body: bytes) -> bytes:
        response = response_type(200, headers={b"content-encoding": encoding}, content=body)
        return cast("bytes", response.content)

    return decoded
