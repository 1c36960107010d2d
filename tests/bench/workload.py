"""Export requests as an agent's SDK would send them: sessions interleaved, children first."""

import random
from collections.abc import Iterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPANS_PER_REQUEST = 512
_SESSIONS_AT_ONCE = 20
_START_NS = 1_795_000_000_000_000_000


def requests(spans: int, *, content_bytes: int, seed: int = 1) -> list[bytes]:
    """Return about *spans* spans in encoded requests of 512."""
    ordered = list(_interleaved(spans, content_bytes, random.Random(seed)))
    return [
        _request(ordered[index : index + SPANS_PER_REQUEST]).SerializeToString()
        for index in range(0, len(ordered), SPANS_PER_REQUEST)
    ]


def _interleaved(spans: int, content_bytes: int, chance: random.Random) -> Iterator[Span]:
    sent = 0
    while sent < spans:
        group = [_session(content_bytes, chance) for _ in range(_SESSIONS_AT_ONCE)]
        while any(group):
            for session in group:
                if session:
                    sent += 1
                    yield session.pop()


def _session(content_bytes: int, chance: random.Random) -> list[Span]:
    """Return one session's spans, parents first: an agent, steps, calls, their HTTP requests."""
    trace_id, session_id = chance.randbytes(16), chance.randbytes(8).hex()
    said = {"helicone.session.id": session_id, "helicone.session.name": "Bench Agent"}
    clock = iter(range(_START_NS, _START_NS + 10**12, 10**6))

    def span(parent: bytes, name: str, kind: int, attributes: dict[str, str | int]) -> Span:
        start = next(clock)
        return Span(
            trace_id=trace_id,
            span_id=chance.randbytes(8),
            parent_span_id=parent,
            name=name,
            kind=kind,  # type: ignore[arg-type]  # an enum's number, as on the wire
            start_time_unix_nano=start,
            end_time_unix_nano=start + 10**8,
            attributes=[_attribute(key, value) for key, value in {**said, **attributes}.items()],
        )

    root = span(b"", "agent", 1, {"gen_ai.operation.name": "invoke_agent"})
    found = [root]
    for number in range(chance.randint(3, 6)):
        step = span(root.span_id, f"step {number % 3}", 1, {})
        found.append(step)
        for _ in range(2):
            call = span(step.span_id, "chat gpt-4o-mini", 3, _call_attributes(content_bytes))
            post = span(call.span_id, "POST", 3, {"http.request.method": "POST"})
            found += [call, post]
    return found


def _call_attributes(content_bytes: int) -> dict[str, str | int]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": "chatcmpl-0123456789",
        "gen_ai.usage.input_tokens": 1200,
        "gen_ai.usage.output_tokens": 340,
        "gen_ai.input.messages": "question " * (content_bytes // 9),
        "server.address": "api.openai.com",
        "server.port": 443,
        "gen_ai.request.temperature": 1,
        "gen_ai.request.max_tokens": 1024,
        **{f"app.attribute.{number}": "some value" for number in range(6)},
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
