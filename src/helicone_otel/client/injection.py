"""Put session headers on an HTTP request just before it is sent, and say so on spans."""

from collections.abc import MutableMapping
from contextvars import Token
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
from .hosts import AllowList
from .live_spans import is_llm_span
from .reports import report_failure
from .scope import CallScope, scope_in, with_call
from .span_attributes import explicit_attributes

_ADDED = "helicone_otel.added_headers"
"""The request extension that names the headers we added: httpx copies both on a redirect."""


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
    extensions: MutableMapping[str, object]

    @property
    def url(self) -> RequestUrl: ...


class Injection:
    """Decides call by call what is added; used from any thread and task at once."""

    def __init__(self, hosts: AllowList, activation: Activation) -> None:
        self._allows = lru_cache(maxsize=1024)(hosts.allows)
        self._activation = activation

    def begin(self, request: HttpRequest | None) -> Token[Context] | None:
        """Prepare *request* for one hop; hand the token to `end` afterwards. Never raises."""
        try:
            return None if request is None else self._prepare(request)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Adding session headers", error)
            return None

    def end(self, token: Token[Context] | None) -> None:
        if token is not None:
            otel_context.detach(token)

    def _prepare(self, request: HttpRequest) -> Token[Context] | None:
        headers = _taken_back(request)
        by_hand = hand_set(headers)
        url = request.url
        listed = self._allows(url.scheme, url.raw_host.decode("ascii"), url.port)
        if not by_hand and not listed:
            return None
        context = otel_context.get_current()
        if scope_in(context) is None:  # opening a block has asked already
            self._activation.ensure_processor()
        plan = plan_call(by_hand, session_in(context), listed=listed)
        if plan is None:
            return None
        if plan.headers:
            _add(request, headers, plan.headers)
        return _say_on_spans(plan, context)


def _taken_back(request: HttpRequest) -> RawHeaders:
    """Return the headers less what an earlier hop added: this hop may go to another host."""
    added = request.extensions.get(_ADDED)
    if isinstance(added, frozenset):
        kept = [(name, value) for name, value in request.headers.raw if name not in added]
        request.headers = type(request.headers)(kept)
        request.extensions = {k: v for k, v in request.extensions.items() if k != _ADDED}
    return request.headers.raw


def _add(request: HttpRequest, headers: RawHeaders, added: RawHeaders) -> None:
    # One new object from raw pairs takes a third of the time of setting header by header.
    request.headers = type(request.headers)([*headers, *added])
    # Earlier hops share the dictionary, so it is copied.
    request.extensions = {**request.extensions, _ADDED: frozenset(dict(added))}


def _say_on_spans(plan: CallPlan, context: Context) -> Token[Context] | None:
    """Write what the call says on its LLM span, else have its HTTP span get it when it starts."""
    span = trace.get_current_span(context)
    if not isinstance(span, ReadableSpan) or not span.is_recording() or not is_llm_span(span):
        call = CallScope(said=plan.said, own_attributes=plan.own_attributes)
        return otel_context.attach(with_call(call, context))
    _write(span, plan)
    if plan.by_hand is NOTHING:
        return None
    return otel_context.attach(with_call(CallScope(said=plan.said, own_attributes={}), context))


def _write(span: Span, plan: CallPlan) -> None:
    trace_id = span.get_span_context().trace_id
    attributes = {**explicit_attributes(plan.by_hand, trace_id), **plan.own_attributes}
    if plan.left_session:
        # The span got the context's session name when it started; an attribute cannot be removed,
        # and an empty value is an absent one.
        attributes.setdefault(semconv.ATTR_SESSION_NAME, "")
    span.set_attributes(attributes)
