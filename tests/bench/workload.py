"""Export requests as an agent's SDK would send them: sessions interleaved, children first."""

import random
from collections.abc import Iterator
from itertools import count

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS_PER_REQUEST = 512
_START_NS = 1_795_000_000_000_000_000
_STEP_NS = 1_000_000
"""Between the starts of two spans, of a session or of all."""
_RUN, _RUN_TEXT = b"BENCHRUN", b"benchrun00000000"
"""In every trace id, and in every session and response id, to be replaced."""
_WORDS = [f"word{number:03d}" for number in range(1000)]
_HTTP_ATTRIBUTES: dict[str, str | int] = {
    "http.request.method": "POST",
    "url.full": "https://api.openai.com/v1/chat/completions",
    "server.address": "api.openai.com",
    "server.port": 443,
    "http.response.status_code": 200,
    "network.protocol.version": "1.1",
    "user_agent.original": "OpenAI/Python 3.3.1",
}


def requests(
    spans: int,
    *,
    content_bytes: int,
    sessions_at_once: int = 20,
    seed: int = 1,
    least_attributes: int = 0,
) -> list[bytes]:
    """Return about *spans* spans in encoded requests of 512.

    Spans of fewer than *least_attributes* get others that mean nothing.
    """
    chance = random.Random(seed)
    found = list(_interleaved(spans, content_bytes, sessions_at_once, chance))
    for span in found:
        for number in range(len(span.attributes), least_attributes):
            span.attributes.append(_attribute(f"app.detail.{number}", chance.randbytes(8).hex()))
    return _batches(found)


def one_session(spans: int, *, content_bytes: int, seed: int = 1) -> list[bytes]:
    """Return one session of *spans* spans in a single trace, in shuffled requests of 512."""
    chance = random.Random(seed)
    found = _session(content_bytes, chance, steps=spans // 5, start_ns=_START_NS)
    chance.shuffle(found)
    return _batches(found)


def renewed(body: bytes, run: int) -> bytes:
    """Return *body* as of other traces, sessions and calls, to be sent again and again."""
    return body.replace(_RUN, run.to_bytes(8, "little")).replace(_RUN_TEXT, f"{run:016x}".encode())


def _batches(spans: list[Span]) -> list[bytes]:
    return [
        _request(spans[index : index + SPANS_PER_REQUEST]).SerializeToString()
        for index in range(0, len(spans), SPANS_PER_REQUEST)
    ]


def _interleaved(
    spans: int, content_bytes: int, sessions_at_once: int, chance: random.Random
) -> Iterator[Span]:
    sent = 0
    while sent < spans:
        start_ns = _START_NS + sent * _STEP_NS
        group = [
            _session(content_bytes, chance, steps=chance.randint(3, 6), start_ns=start_ns)
            for _ in range(sessions_at_once)
        ]
        while any(group):
            for session in group:
                if session:
                    sent += 1
                    yield session.pop()


def _session(content_bytes: int, chance: random.Random, *, steps: int, start_ns: int) -> list[Span]:
    """Return one session's spans, parents first: an agent, steps, calls, their HTTP requests."""
    trace_id = chance.randbytes(2) + _RUN + chance.randbytes(6)
    session_id = f"{chance.randbytes(9).hex()}-{_RUN_TEXT.decode()}"
    said = {
        "helicone.session.id": session_id,
        "session.id": session_id,
        "helicone.session.name": "Bench Agent",
        "helicone.user.id": f"user-{chance.randint(1, 1000)}",
        "helicone.property.environment": "production",
    }
    clock = count(start_ns, _STEP_NS)

    def span(parent: bytes, name: str, kind: int, attributes: dict[str, str | int]) -> Span:
        start = next(clock)
        return Span(
            trace_id=trace_id,
            span_id=chance.randbytes(8),
            parent_span_id=parent,
            name=name,
            kind=kind,  # type: ignore[arg-type]  # an enum's number, as on the wire
            start_time_unix_nano=start,
            end_time_unix_nano=start + chance.randint(10**6, 10**9),
            attributes=[_attribute(key, value) for key, value in {**said, **attributes}.items()],
        )

    root = span(b"", "agent", 1, {"gen_ai.operation.name": "invoke_agent"})
    found = [root]
    for number in range(steps):
        step = span(root.span_id, f"step {number}", 1, {})
        found.append(step)
        for _ in range(2):
            call = span(step.span_id, "chat gpt-4o-mini", 3, _call(content_bytes, chance))
            found += [call, span(call.span_id, "POST", 3, _HTTP_ATTRIBUTES)]
    return found


def _call(content_bytes: int, chance: random.Random) -> dict[str, str | int]:
    """Return what OpenTelemetry's GenAI and OpenInference's conventions say of one call."""
    input_tokens, output_tokens = chance.randint(100, 9000), chance.randint(10, 900)
    words = (chance.choice(_WORDS) for _ in range(content_bytes // 7))
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": f"chatcmpl-{chance.randbytes(4).hex()}{_RUN_TEXT.decode()}",
        "gen_ai.response.finish_reasons": "stop",
        "gen_ai.usage.input_tokens": input_tokens,
        "gen_ai.usage.output_tokens": output_tokens,
        "gen_ai.request.temperature": 1,
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.input.messages": " ".join(words),
        "server.address": "api.openai.com",
        "server.port": 443,
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-4o-mini-2024-07-18",
        "llm.token_count.prompt": input_tokens,
        "llm.token_count.completion": output_tokens,
        "llm.token_count.total": input_tokens + output_tokens,
    }


def _attribute(key: str, value: str | int) -> KeyValue:
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    return KeyValue(key=key, value=AnyValue(string_value=value))


def _request(spans: list[Span]) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    resource_spans.resource.attributes.append(_attribute("service.name", "bench"))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "bench"
    scope_spans.spans.extend(spans)
    return request
