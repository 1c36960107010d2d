"""Traces as applications make them: sessions, steps, agents, and calls told by several emitters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from mapping.emitters import CLIENT, EMITTERS, INTERNAL, Attributes, ModelCall, http_attempt
from oracle import Span

SERVER = 2
_TICK_NS = 1_000_000
_START_NS = 1_767_225_600_000_000_000
_SESSION_KEYS = [
    "helicone.session.id",
    "session.id",
    "langfuse.session.id",
    "traceloop.association.properties.session_id",
    "gen_ai.conversation.id",
]
_BOUNDARIES: list[Attributes] = [
    {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"},
    {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"},
    {"openinference.span.kind": "CHAIN"},
    {"openinference.span.kind": "RETRIEVER"},
    {"ai.operationId": "ai.generateText"},
    {"traceloop.span.kind": "workflow", "traceloop.entity.name": "pipeline"},
]


@dataclass
class _Trace:
    """Makes the spans of one trace, in the order in which they begin."""

    draw: st.DrawFn
    trace_id: str
    now: int = 0
    spans: list[Span] = field(default_factory=list)

    def open(
        self,
        parent: Span | None,
        name: str,
        attributes: Attributes,
        **members: Any,  # noqa: ANN401 - members of a span
    ) -> Span:
        self.now += 1
        span = Span(
            trace_id=self.trace_id,
            span_id=f"{len(self.spans) + 1:016x}",
            parent_span_id=parent.span_id if parent else None,
            name=name,
            start_ns=_START_NS + self.now * _TICK_NS,
            end_ns=0,
            attributes=attributes,
            resource={"service.name": "generated"},
            **members,
        )
        self.spans.append(span)
        return span

    def close(self, span: Span) -> None:
        self.now += 1
        position = next(i for i, other in enumerate(self.spans) if other.span_id == span.span_id)
        self.spans[position] = replace(span, end_ns=_START_NS + self.now * _TICK_NS)

    def is_drawn(self) -> bool:
        return self.draw(st.booleans())


def _reference(draw: st.DrawFn) -> Attributes:
    """Draw what a span says about its session; most say nothing."""
    written: Attributes = {}
    if draw(st.sampled_from([True, False, False, False])):
        written[draw(st.sampled_from(_SESSION_KEYS))] = draw(st.sampled_from(["s1", "s2", "null"]))
    if draw(st.sampled_from([True, False, False, False])):
        key, value = draw(
            st.sampled_from(
                [
                    ("helicone.session.path", "/a/b"),
                    ("helicone.session.name", "Named"),
                    ("user.id", "u1"),
                    ("helicone.property.tier", "gold"),
                    ("metadata", '{"team": {"x": 1}}'),
                ]
            )
        )
        written[key] = value
    return written


def _grow(trace: _Trace, parent: Span | None, depth: int) -> None:
    """Open a span of the application or a framework, and something below it."""
    draw = trace.draw
    shape = draw(st.sampled_from(["step", "step", "boundary", "server"]))
    attributes = _reference(draw)
    kind = INTERNAL
    if shape == "boundary":
        attributes |= draw(st.sampled_from(_BOUNDARIES))
    elif shape == "server":
        attributes |= {"http.request.method": "POST", "http.route": "/ask"}
        kind = SERVER
    if shape == "boundary" and draw(st.sampled_from([True, False, False])):
        attributes |= {"gen_ai.usage.input_tokens": 900, "gen_ai.usage.output_tokens": 90}
    name = draw(st.sampled_from(["plan", "search", "write the report"]))
    span = trace.open(parent, name, attributes, kind=kind, scope="app")
    for _ in range(draw(st.integers(0, 3))):
        if depth < 2 and trace.is_drawn():
            _grow(trace, span, depth + 1)
        else:
            _call(trace, span)
    trace.close(span)


def _call(trace: _Trace, parent: Span | None) -> None:
    """Let one to three emitters tell one call, around each other or beside, and maybe HTTP."""
    draw = trace.draw
    call = draw(_model_calls(f"resp-{trace.trace_id[-1]}-{len(trace.spans)}"))
    names = draw(st.lists(st.sampled_from(sorted(EMITTERS)), max_size=3, unique=True))
    beside = draw(st.sampled_from([False, False, True]))
    opened: list[Span] = []
    for name in names:
        emitter = EMITTERS[name]
        above = parent if beside or not opened else opened[-1]
        opened.append(
            trace.open(
                above,
                emitter.name(call),
                {**emitter.attributes(call), **_reference(draw)},
                kind=emitter.kind,
                scope=emitter.scope,
                status_code=2 if call.failed else 0,
            )
        )
    if not opened or trace.is_drawn():
        _send(trace, opened[-1] if opened else parent, call)
    for span in reversed(opened):
        trace.close(span)


def _send(trace: _Trace, parent: Span | None, call: ModelCall) -> None:
    statuses = trace.draw(st.sampled_from([[], [429], [503, 500]]))
    for status in [*statuses, 400 if call.failed else 200]:
        session_id = trace.draw(st.sampled_from([None, None, None, "s3"]))
        attributes = http_attempt(status, session_id=session_id)
        post = trace.open(
            parent, "POST", attributes, kind=CLIENT, scope="opentelemetry.instrumentation.httpx"
        )
        trace.close(post)


def _model_calls(response_id: str) -> st.SearchStrategy[ModelCall]:
    return st.builds(
        ModelCall,
        response_id=st.just(response_id),
        model=st.sampled_from(["gpt-4o-mini", "gpt-4o"]),
        operation=st.sampled_from(["chat", "chat", "chat", "embeddings"]),
        input=st.integers(50, 60),
        output=st.integers(10, 12),
        cache_read=st.sampled_from([0, 8]),
        reasoning=st.sampled_from([0, 4]),
        failed=st.sampled_from([False, False, False, True]),
        usage_is_told=st.sampled_from([True, True, False]),
        output_is_told=st.booleans(),
    )


@st.composite
def traces(draw: st.DrawFn, trace_id: str = "1" * 32) -> list[Span]:
    """Return the spans of one trace; every parent is there, times are as they were."""
    trace = _Trace(draw, trace_id)
    for _ in range(draw(st.integers(1, 2))):
        if trace.is_drawn():
            _grow(trace, None, depth=0)
        else:
            _call(trace, None)
    return trace.spans


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[list[Span]]) -> list[Span]:
    """Return a trace of which spans are lost, adopted by themselves or strangers, or skewed."""
    spans = draw(whole)
    kept = [span for span in spans if draw(st.sampled_from([True, True, True, False]))] or spans
    return [_damage(draw, span, kept) for span in kept]


def _damage(draw: st.DrawFn, span: Span, spans: Sequence[Span]) -> Span:
    match draw(st.sampled_from(["not", "not", "not", "not", "not", "parent", "time", "end"])):
        case "parent":
            other = draw(st.sampled_from(spans))
            return replace(span, parent_span_id=other.span_id)
        case "time":
            skew = draw(st.integers(-5, 5)) * _TICK_NS
            return replace(span, start_ns=span.start_ns + skew, end_ns=span.end_ns + skew)
        case "end":
            return replace(span, end_ns=draw(st.sampled_from([0, span.start_ns])))
        case _:
            return span


@st.composite
def worlds(draw: st.DrawFn) -> list[Span]:
    """Return the spans of one to three traces, which may link to each other.

    Some emitters have told their calls in traces of their own.
    """
    ids = [digit * 32 for digit in "123"[: draw(st.integers(1, 3))]]
    spans = [
        _linked(draw, span, ids) if span.parent_span_id is None else span
        for trace_id in ids
        for span in draw(traces(trace_id) | damaged(traces(trace_id)))
    ]
    return _uprooted(draw, spans) if draw(st.booleans()) else spans


def _uprooted(draw: st.DrawFn, spans: Sequence[Span]) -> list[Span]:
    """Put some calls, with what is below them, into traces that begin with them."""
    own: dict[tuple[str, str | None], str] = {}
    moved: list[Span] = []
    for span in spans:
        trace_id = own.get((span.trace_id, span.parent_span_id))
        if trace_id is None and span.scope != "app" and draw(st.sampled_from([True, False])):
            trace_id = f"{len(own) + 0xA000:032x}"
        if trace_id is not None:
            own[span.trace_id, span.span_id] = trace_id
            is_root = own.get((span.trace_id, span.parent_span_id)) != trace_id
            parent = None if is_root else span.parent_span_id
            moved.append(replace(span, trace_id=trace_id, parent_span_id=parent))
        else:
            moved.append(span)
    return moved


def _linked(draw: st.DrawFn, span: Span, ids: Sequence[str]) -> Span:
    linked = draw(st.lists(st.sampled_from([*ids, "9" * 32]), max_size=2, unique=True))
    return replace(span, linked_trace_ids=tuple(linked) if draw(st.booleans()) else ())


def as_export_request(spans: Sequence[Span]) -> Mapping[str, Any]:
    """Return *spans* as an ExportTraceServiceRequest in JSON."""
    return {"resourceSpans": [_resource_spans(span) for span in spans]}


def _resource_spans(span: Span) -> Mapping[str, Any]:
    raw = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "parentSpanId": span.parent_span_id or "",
        "name": span.name,
        "kind": span.kind,
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        "status": {"code": span.status_code},
        "attributes": _pairs(span.attributes),
        "links": [{"traceId": linked, "spanId": "1" * 16} for linked in span.linked_trace_ids],
    }
    return {
        "resource": {"attributes": _pairs(span.resource)},
        "scopeSpans": [{"scope": {"name": span.scope}, "spans": [raw]}],
    }


def _pairs(attributes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{"key": key, "value": _any_value(value)} for key, value in attributes.items()]


def _any_value(value: object) -> Mapping[str, Any]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_any_value(item) for item in value]}}
        case _:
            return {"stringValue": str(value)}
