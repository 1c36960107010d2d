"""What is done around each HTTP call: session headers on the request, words on its spans."""

from collections.abc import Mapping
from contextvars import Token
from functools import lru_cache
from typing import NamedTuple, Protocol

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Span

from .. import semconv
from .activation import Activation
from .call_headers import CallPlan, hand_set, plan_call
from .current import NOTHING, session_at
from .frame import Call, call_in, frame_in, with_call
from .hosts import AllowList
from .injection import (
    HttpHeaders,
    HttpRequest,
    Injected,
    RequestUrl,
    entries_of,
    inject,
    take_back,
)
from .live_spans import is_llm_span
from .llm_calls import HELICONE_ID, LlmCall, LlmCalls, helicone_id_said
from .reports import report_failure
from .span_attributes import explicit_attributes


class HttpAnswer(Protocol):
    """The response of httpx and httpx2, seen without importing either."""

    @property
    def headers(self) -> HttpHeaders: ...


class HttpCall(NamedTuple):
    """One sending of a request, while it lasts; a tuple because one is made for each."""

    injected: Injected | None
    said: Call | None
    token: Token[Context] | None
    llm_span: Span | None
    """The span that stands for this call, whoever opened it."""
    llm_call: LlmCall | None
    """If the span is ours."""


class HttpCalls:
    """Decides call by call what is added; used from any thread and task at once."""

    def __init__(
        self, hosts: AllowList, activation: Activation, llm_calls: LlmCalls | None = None
    ) -> None:
        """Add headers for *hosts*; with *llm_calls*, spans for calls of models on any host."""
        self._allows = lru_cache(maxsize=1024)(hosts.allows)
        self._activation = activation
        self._llm_calls = llm_calls

    def begin(self, request: HttpRequest) -> HttpCall | None:
        """Prepare *request* for one hop; hand the result to `answer` or `fail`. Never raises.

        `None` if the call is none of our business.
        """
        try:
            return self._begin(request, otel_context.get_current())
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Adding session headers", error)
            return None

    def answer(self, call: HttpCall, response: object) -> None:
        """End a call that was answered; its span goes on while the answer is read. Never raises."""
        _end(call)
        try:
            if call.llm_call is not None:
                call.llm_call.answer(response)
            elif call.llm_span is not None and (helicone_id := _helicone_id_in(response)):
                call.llm_span.set_attribute(semconv.ATTR_HELICONE_ID, helicone_id)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Reading a response", error)
            if call.llm_call is not None:
                call.llm_call.finish()

    def fail(self, call: HttpCall, error: BaseException) -> None:
        """End a call that raised *error*. Never raises."""
        _end(call)
        if call.llm_call is not None:
            call.llm_call.fail(error)

    def _begin(self, request: HttpRequest, context: Context) -> HttpCall | None:
        llm_call = self._open_llm_call(request, context) if request.method == "POST" else None
        by_hand = hand_set(entries_of(request.headers))
        if llm_call is None:
            return self._prepare(request, by_hand, context) if context or by_hand else None
        try:
            return self._prepare_llm_call(request, by_hand, context, llm_call)
        except Exception:
            llm_call.finish()
            raise

    def _open_llm_call(self, request: HttpRequest, context: Context) -> LlmCall | None:
        if self._llm_calls is None:
            return None
        try:
            return self._llm_calls.open(request, context)
        except Exception as error:  # noqa: BLE001 - the headers do not depend on the span
            report_failure("Opening a span for an LLM call", error)
            return None

    def _prepare(
        self, request: HttpRequest, by_hand: Mapping[str, str], context: Context
    ) -> HttpCall | None:
        listed = self._lists(request.url)
        if not by_hand and not listed:
            return _unrelated_call(context)
        span = trace.get_current_span(context)
        plan = self._plan(by_hand, context, span, listed=listed)
        if plan is None:
            return _unrelated_call(context)
        llm_span = span if _is_recording_llm_span(span) else None
        said = _said_on_spans(plan, llm_span, context)
        injected = inject(request, plan.headers) if plan.headers else None
        token = None if said is None else _attach(said, context)
        return HttpCall(injected, said, token, llm_span, None)

    def _prepare_llm_call(
        self,
        request: HttpRequest,
        by_hand: Mapping[str, str],
        context: Context,
        llm_call: LlmCall,
    ) -> HttpCall:
        span = llm_call.span
        plan = self._plan(by_hand, context, span, listed=self._lists(request.url))
        outer = call_in(context)
        said = None if outer is None else Call(said=outer.said, own_attributes={})
        injected = None
        if plan is not None:
            llm_call.learn(_attributes_of(plan, span))
            if plan.by_hand is not NOTHING or outer is not None or not span.is_recording():
                said = Call(said=plan.said, own_attributes={})
            injected = inject(request, plan.headers) if plan.headers else None
        inside = trace.set_span_in_context(span, context)
        if said is not None:
            inside = with_call(said, inside)
        return HttpCall(injected, said, otel_context.attach(inside), span, llm_call)

    def _lists(self, url: RequestUrl) -> bool:
        return self._allows(url.scheme, url.raw_host, url.port)

    def _plan(
        self, by_hand: Mapping[str, str], context: Context, span: Span, *, listed: bool
    ) -> CallPlan | None:
        if not by_hand and not listed:
            return None
        frame = frame_in(context)
        if frame is None:  # opening a block has asked already
            self._activation.ensure_processor()
        return plan_call(
            by_hand,
            session_at(frame, span),
            listed=listed,
            request_ids=self._activation.request_ids,
        )


def _attach(said: Call, context: Context) -> Token[Context]:
    return otel_context.attach(with_call(said, context))


def _end(call: HttpCall) -> None:
    if call.said is not None:
        call.said.over = True
    if call.token is not None:
        otel_context.detach(call.token)
    if call.injected is None:
        return
    try:
        take_back(call.injected)
    except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
        report_failure("Removing session headers", error)


def _unrelated_call(context: Context) -> HttpCall | None:
    """Begin a call that says nothing; one made while another lasts is not taken for that one."""
    outer = call_in(context)
    if outer is None:
        return None
    said = Call(said=outer.said, own_attributes={})
    return HttpCall(None, said, _attach(said, context), None, None)


def _is_recording_llm_span(span: Span) -> bool:
    return isinstance(span, ReadableSpan) and span.is_recording() and is_llm_span(span)


def _said_on_spans(plan: CallPlan, llm_span: Span | None, context: Context) -> Call | None:
    """Write what the call says on its LLM span, else have its HTTP span get it when it starts."""
    if llm_span is None:
        return Call(said=plan.said, own_attributes=plan.own_attributes)
    llm_span.set_attributes(_attributes_of(plan, llm_span))
    if plan.by_hand is NOTHING and call_in(context) is None:
        return None
    return Call(said=plan.said, own_attributes={})


def _helicone_id_in(response: object) -> str | None:
    answer: HttpAnswer = response  # type: ignore[assignment] # the library's
    for _, lowered, value in entries_of(answer.headers):
        if lowered == HELICONE_ID:
            return helicone_id_said(value)
    return None


def _attributes_of(plan: CallPlan, span: Span) -> Mapping[str, str]:
    """Return what the LLM span of a call is told about its session."""
    if plan.by_hand is NOTHING:
        return plan.own_attributes
    trace_id = span.get_span_context().trace_id
    attributes = {**explicit_attributes(plan.by_hand, trace_id), **plan.own_attributes}
    if plan.left_session:
        # The span got the context's session name when it started; an attribute cannot be removed,
        # and an empty value is an absent one.
        attributes.setdefault(semconv.ATTR_SESSION_NAME, "")
    return attributes
