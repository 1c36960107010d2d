"""What one span says by itself, read from all of its attributes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helicone_otel.session_reference import (
    clean_id,
    clean_name,
    clean_path,
    decode_header_value,
    segment,
    session_id_of_trace,
)
from helicone_otel.span_kinds import is_gen_ai_scope, is_http_scope

from . import keys
from .endpoints import is_llm_endpoint, provider_at
from .otlp import Attributes, Span
from .properties import properties_of
from .usage import Tokens, tokens_of
from .values import (
    first_count,
    first_number,
    first_said,
    first_text,
    look_up,
    number,
    parsed,
    said,
    text,
)

SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
ERROR = 2
BOUNDARY_KINDS = {"tool", "retrieval", "agent", "workflow"}
_NANO = 10**9
_API_OF_PROVIDER = re.compile(r"(.+)\.(chat|responses|completion|embedding|messages|image)")


@dataclass(frozen=True, kw_only=True)
class Claim:
    session_id: str
    strength: int
    key: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """One span's own word; `kind` is what it is unless its neighbours make it something else."""

    span: Span
    start_ns: int
    end_ns: int
    kind: str
    could_be_llm: bool
    """Has a model and usage, and no convention knows it."""
    embeds: bool
    segment: str | None
    failed: bool
    claims: Sequence[Claim]
    path: str | None
    session_name: str | None
    fallback_name: str | None
    service_name: str | None
    user_id: str | None
    properties: dict[str, str]
    request_id: str | None
    provider: str | None
    request_model: str | None
    response_model: str | None
    response_id: str | None
    finish_reason: str | None
    tokens: Tokens | None
    marks: Sequence[str]
    cost_nano_usd: int | None
    """As the emitter says."""
    is_cache_hit: bool
    first_token_ns: int | None
    has_output: bool
    http_status: int | None
    carries_llm_request: bool

    @property
    def trace_id(self) -> str:
        return self.span.trace_id

    @property
    def span_id(self) -> str:
        return self.span.span_id

    @property
    def scope(self) -> str:
        return self.span.scope

    @property
    def order(self) -> tuple[int, str, str]:
        return self.start_ns, self.span_id, self.trace_id


def say(span: Span) -> Said:
    """Read *span* alone."""
    attributes = span.attributes
    bare = span.name.startswith(keys.CLAUDE_CODE)
    start_ns = span.start_ns or span.end_ns
    end_ns = max(span.end_ns, start_ns)
    convention = _kind_by_convention(span)
    kind = convention or _kind_by_shape(span)
    tokens, marks = tokens_of(
        attributes,
        parts_apart=bare or span.scope.startswith(keys.PARTS_APART_SCOPES),
        bare=bare,
    )
    request_model = first_text(attributes, keys.REQUEST_MODEL)
    if bare and request_model is None:
        request_model = text(attributes.get(keys.CLAUDE_CODE_KEYS["request model"]))
    path, name = (first_said(attributes, row) for row in (keys.SESSION_PATH, keys.SESSION_NAME))
    user = first_said(attributes, keys.USER_ID)
    return Said(
        span=span,
        start_ns=start_ns,
        end_ns=end_ns,
        kind=kind,
        could_be_llm=convention is None and _has_unknown_call(span, tokens, request_model),
        embeds=first_text(attributes, keys.OPERATION) in keys.EMBEDDING_OPERATIONS,
        segment=_segment(span, kind),
        failed=span.status_code == ERROR,
        claims=claims_of(attributes, span.resource, span.trace_id),
        path=clean_path(path) if path else None,
        session_name=clean_name(name) if name else None,
        fallback_name=first_said(attributes, keys.FALLBACK_NAME),
        service_name=text(span.resource.get("service.name")),
        user_id=clean_id(user) if user else None,
        properties=properties_of(attributes),
        request_id=first_said(attributes, keys.REQUEST_ID),
        provider=_provider(attributes) or provider_at(_address(attributes)),
        request_model=request_model,
        response_model=first_text(attributes, keys.RESPONSE_MODEL),
        response_id=_response_id(attributes),
        finish_reason=first_text(attributes, keys.FINISH_REASON),
        tokens=tokens,
        marks=marks,
        cost_nano_usd=_reported_cost(attributes, bare=bare),
        is_cache_hit=(first_text(attributes, keys.CACHE_HIT) or "").upper() == "HIT",
        first_token_ns=_first_token_ns(span, bare=bare),
        has_output=_has_output(attributes),
        http_status=first_count(attributes, keys.HTTP_STATUS),
        carries_llm_request=kind == "transport" and _carries_llm_request(attributes),
    )


def claims_of(attributes: Attributes, resource: Attributes, trace_id: str | None) -> list[Claim]:
    """Return the session ids that are named, strongest first; a trace's own id is none."""
    claims: list[Claim] = []
    for key, strength in keys.SESSION_ID:
        found = said(attributes.get(key))
        if found and key.startswith("http.request.header."):
            found = decode_header_value(found)
        claims += _claim(found, strength, key, trace_id)
    named = said(resource.get(keys.RESOURCE_SESSION_ID))
    claims += _claim(named, keys.WEAK, f"resource {keys.RESOURCE_SESSION_ID}", trace_id)
    return sorted(claims, key=lambda claim: -claim.strength)


def _claim(found: str | None, strength: int, key: str, trace_id: str | None) -> list[Claim]:
    session_id = clean_id(found) if found else None
    if session_id is None or (trace_id and session_id == session_id_of_trace(trace_id)):
        return []
    return [Claim(session_id=session_id, strength=strength, key=key)]


def _kind_by_convention(span: Span) -> str | None:
    for key, kinds in keys.KINDS:
        value = span.attributes.get(key)
        if isinstance(value, str) and value in kinds:
            return kinds[value]
    if span.name == keys.ADK_CALL and span.scope.startswith(keys.ADK_SCOPE):
        return "llm"
    return keys.KINDS_BY_NAME.get(span.name)


def _kind_by_shape(span: Span) -> str:
    sends = span.kind in (CLIENT, PRODUCER)
    if sends and (keys.TRANSPORT & set(span.attributes) or is_http_scope(span.scope)):
        return "transport"
    if not sends and span.kind not in (SERVER, CONSUMER) and keys.ASGI_EVENT in span.attributes:
        return "transport"
    return "server" if span.kind in (SERVER, CONSUMER) else "step"


def _has_unknown_call(span: Span, tokens: Tokens | None, model: str | None) -> bool:
    """Tell whether the catch-all takes it: a model, usage and no known other operation."""
    does = [text(span.attributes.get(key)) for key, _ in keys.KINDS]
    does_other = any(operation in keys.OTHER_OPERATIONS for operation in does)
    return not does_other and model is not None and tokens is not None


def _segment(span: Span, kind: str) -> str | None:
    name = _step_name(span, kind)
    return None if name is None else segment(name)


def _step_name(span: Span, kind: str) -> str | None:
    attributes = span.attributes
    if kind in BOUNDARY_KINDS:
        named = first_text(attributes, keys.OWN_NAMES.get(kind, []))
        if named is None and "traceloop.span.kind" in attributes:
            named = text(attributes.get(keys.TRACELOOP_OWN_NAME))
        return named or span.name
    if kind in ("llm", "transport") or is_gen_ai_scope(span.scope):
        return None
    if kind == "server":
        return text(attributes.get("http.route")) or span.name
    adds_none = span.kind in (CLIENT, PRODUCER) or is_http_scope(span.scope)
    return None if adds_none else span.name


def _provider(attributes: Attributes) -> str | None:
    named = first_text(attributes, keys.PROVIDER)
    found = _API_OF_PROVIDER.fullmatch(named or "")
    return found[1] if found else named


def _address(attributes: Attributes) -> str:
    return first_text(attributes, ["url.full", "http.url", "server.address", "net.peer.name"]) or ""


def _response_id(attributes: Attributes) -> str | None:
    """Return the provider's id of the answer, from its attribute or the output's JSON."""
    if named := first_text(attributes, keys.RESPONSE_ID):
        return named
    for key in keys.OUTPUT_JSON:
        output = parsed(attributes.get(key))
        if isinstance(output, dict):
            inner = output.get("llm_output")  # LangChain's
            told: list[Any] = [output, inner if isinstance(inner, dict) else {}]
            return next((found for at in told if (found := text(at.get("id")))), None)
    return None


def _reported_cost(attributes: Attributes, *, bare: bool) -> int | None:
    usd = first_number(attributes, keys.COST_USD)
    if bare and usd is None:
        usd = number(attributes.get(keys.CLAUDE_CODE_KEYS["cost"]))
    return round(usd * _NANO) if usd is not None and 0 < usd < 2**63 / _NANO else None


def _first_token_ns(span: Span, *, bare: bool) -> int | None:
    seconds = first_number(span.attributes, keys.FIRST_TOKEN_SECONDS)
    milliseconds = first_number(span.attributes, keys.FIRST_TOKEN_MILLISECONDS)
    if bare:
        milliseconds = number(span.attributes.get(keys.CLAUDE_CODE_KEYS["first token ms"]))
    if seconds is None and milliseconds is not None:
        seconds = milliseconds / 1000
    if seconds is not None and 0 <= seconds <= 2**63 / _NANO:
        return min(round(seconds * _NANO), 2**63 - 1)
    times = [event.time_ns for event in span.events if event.name in keys.FIRST_TOKEN_EVENTS]
    return max(min(times) - span.start_ns, 0) if times else None


def _has_output(attributes: Attributes) -> bool:
    if any(text(look_up(attributes, key)) for key in keys.OUTPUT):
        return True
    return any(key.startswith(keys.OUTPUT_PREFIXES) and attributes[key] for key in attributes)


def _carries_llm_request(attributes: Attributes) -> bool:
    method = first_text(attributes, keys.HTTP_METHOD)
    if method is None:
        return False
    if first_said(attributes, keys.REQUEST_ID):
        return True
    if any(key in attributes for key in keys.header("helicone-session-id")):
        return True
    url = first_text(attributes, keys.HTTP_URL) or ""
    return method == "POST" and is_llm_endpoint(url)
