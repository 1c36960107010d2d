"""Put session headers on an HTTP request for as long as it is sent, and say so on spans."""

from contextvars import Token
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Span

from .. import semconv
from .activation import Activation
from .call_headers import CallPlan, RawHeaders, hand_set, plan_call
from .current import NOTHING, session_in
from .frame import Call, call_in, frame_in, with_call
from .hosts import AllowList
from .live_spans import is_llm_span
from .reports import report_failure
from .span_attributes import explicit_attributes


class RequestUrl(Protocol):
    @property
    def scheme(self) -> str: ...
    @property
    def raw_host(self) -> bytes: ...
    @property
    def port(self) -> int | None: ...


class RequestHeaders(Protocol):
    def __init__(self, headers: RawHeaders, /) -> None: ...
    @property
    def raw(self) -> RawHeaders: ...


class HttpRequest(Protocol):
    """The request of httpx and httpx2, seen without importing either."""

    headers: RequestHeaders

    @property
    def url(self) -> RequestUrl: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One sending of a request: what `Injection.end` undoes."""

    request: HttpRequest
    before: RequestHeaders
    added: RawHeaders
    sent: RawHeaders
    """All headers, as we left them."""
    call: Call | None
    token: Token[Context] | None


class Injection:
    """Decides call by call what is added; used from any thread and task at once."""

    def __init__(self, hosts: AllowList, activation: Activation) -> None:
        self._allows = lru_cache(maxsize=1024)(hosts.allows)
        self._activation = activation

    def begin(self, request: HttpRequest | None) -> Hop | None:
        """Prepare *request* for one hop; hand the result to `end` afterwards. Never raises."""
        try:
            return None if request is None else self._prepare(request)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Adding session headers", error)
            return None

    def end(self, hop: Hop | None) -> None:
        """Take our headers off again: the caller, or a redirect, may send them elsewhere."""
        if hop is None:
            return
        if hop.call is not None:
            hop.call.over = True
        if hop.token is not None:
            otel_context.detach(hop.token)
        try:
            _take_back(hop)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Removing session headers", error)

    def _prepare(self, request: HttpRequest) -> Hop | None:
        before = request.headers
        context = otel_context.get_current()
        plan = self._plan(request.url, before.raw, context)
        call = _within(call_in(context)) if plan is None else _said_on_spans(plan, context)
        added = () if plan is None else plan.headers
        if call is None and not added:
            return None
        sent = [*before.raw, *added]
        if added:
            # One new object from raw pairs takes a third of the time of setting header by header.
            request.headers = type(before)(sent)
        token = None if call is None else otel_context.attach(with_call(call, context))
        return Hop(request=request, before=before, added=added, sent=sent, call=call, token=token)

    def _plan(self, url: RequestUrl, headers: RawHeaders, context: Context) -> CallPlan | None:
        by_hand = hand_set(headers)
        listed = self._allows(url.scheme, url.raw_host.decode("ascii"), url.port)
        if not by_hand and not listed:
            return None
        if frame_in(context) is None:  # opening a block has asked already
            self._activation.ensure_processor()
        return plan_call(by_hand, session_in(context), listed=listed)


def _take_back(hop: Hop) -> None:
    """Remove what was added; what others added meanwhile, such as `traceparent`, stays."""
    if not hop.added:
        return
    now = hop.request.headers
    if now.raw == hop.sent:
        hop.request.headers = hop.before
        return
    ours = {name.lower() for name, _ in hop.added}
    left = [(name, value) for name, value in now.raw if name.lower() not in ours]
    hop.request.headers = type(now)(left)


def _said_on_spans(plan: CallPlan, context: Context) -> Call | None:
    """Write what the call says on its LLM span, else have its HTTP span get it when it starts."""
    span = trace.get_current_span(context)
    if not isinstance(span, ReadableSpan) or not span.is_recording() or not is_llm_span(span):
        return Call(said=plan.said, own_attributes=plan.own_attributes)
    _write(span, plan)
    if plan.by_hand is NOTHING and call_in(context) is None:
        return None
    return Call(said=plan.said, own_attributes={})


def _within(outer: Call | None) -> Call | None:
    """Return what is in force in a call that says nothing and is made while *outer* lasts."""
    return None if outer is None else Call(said=outer.said, own_attributes={})


def _write(span: Span, plan: CallPlan) -> None:
    trace_id = span.get_span_context().trace_id
    attributes = {**explicit_attributes(plan.by_hand, trace_id), **plan.own_attributes}
    if plan.left_session:
        # The span got the context's session name when it started; an attribute cannot be removed,
        # and an empty value is an absent one.
        attributes.setdefault(semconv.ATTR_SESSION_NAME, "")
    span.set_attributes(attributes)
