"""The path that the client sends is the one that the server works out of the spans."""

from contextlib import ExitStack

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from builders import no_price
from helicone_otel import current_session, mapping, otlp
from helicone_otel.model import Encoding, LlmRequest
from helicone_otel.span_kinds import CONVENTION_KEYS, NAME_KEYS

GEN_AI, OPENINFERENCE = "opentelemetry.util.genai", "openinference.instrumentation.langchain"
INTERNAL, CLIENT, SERVER = SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.SERVER
Spoken = tuple[str, str, SpanKind, dict[str, str]]

STEP: Spoken = ("plan", "app", INTERNAL, {})
SERVED: Spoken = ("POST /chat", "opentelemetry.instrumentation.fastapi", SERVER, {})
ROUTE: Spoken = ("POST", "app", SERVER, {"http.route": "/chat/{id}"})
CLIENT_CALL: Spoken = ("fetch", "app", CLIENT, {})
POST: Spoken = ("POST", "opentelemetry.instrumentation.httpx", CLIENT, {"http.method": "POST"})
AGENT: Spoken = (
    "invoke_agent Bob",
    GEN_AI,
    CLIENT,
    {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Bob"},
)
TOOL: Spoken = (
    "execute_tool look up",
    GEN_AI,
    INTERNAL,
    {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look up"},
)
WORKFLOW: Spoken = (
    "invoke_workflow",
    GEN_AI,
    INTERNAL,
    {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "Research"},
)
RETRIEVAL: Spoken = ("retrieval docs", GEN_AI, CLIENT, {"gen_ai.operation.name": "retrieval"})
CHAIN: Spoken = ("LangGraph", OPENINFERENCE, INTERNAL, {"openinference.span.kind": "CHAIN"})
SERVED_TOOL: Spoken = (
    "tools/call",
    "app",
    SERVER,
    {"openinference.span.kind": "TOOL", "tool.name": "search"},
)
PROMPT: Spoken = ("prompt", OPENINFERENCE, INTERNAL, {"openinference.span.kind": "PROMPT"})
WRAPPER: Spoken = ("ChatOpenAI", OPENINFERENCE, INTERNAL, {"openinference.span.kind": "LLM"})
CALL: Spoken = ("chat m", GEN_AI, CLIENT, {"gen_ai.operation.name": "chat"})


def one_request(exporter: InMemorySpanExporter) -> LlmRequest:
    """Return the request that the server counts in what was exported, sent over OTLP."""
    body = encode_spans(exporter.get_finished_spans()).SerializeToString()
    decoded = otlp.decode(body, Encoding.PROTOBUF, wanted=mapping.WANTED_ATTRIBUTES, max_spans=100)
    (request,) = mapping.resolve([mapping.facts_of(s, no_price) for s in decoded.spans]).requests
    return request


@pytest.mark.parametrize(
    ("above", "path"),
    [
        ([], "/"),
        ([STEP], "/plan"),
        ([AGENT, TOOL], "/Bob/look-up"),
        ([WORKFLOW, RETRIEVAL, STEP], "/Research/retrieval-docs/plan"),
        ([CHAIN, STEP], "/LangGraph/plan"),
        ([STEP, PROMPT, WRAPPER], "/plan"),
        ([SERVED, STEP, CLIENT_CALL, POST, ROUTE], "/POST-chat/plan"),
        ([ROUTE, SERVED_TOOL], "/chat-id/search"),
        ([POST, ROUTE], "/chat-id"),
    ],
)
def test_a_call_has_one_path(
    above: list[Spoken],
    path: str,
    instrumented: TracerProvider,
    exporter: InMemorySpanExporter,
) -> None:
    with ExitStack() as open_spans:
        for name, scope, kind, attributes in [*above, CALL]:
            tracer = instrumented.get_tracer(scope)
            open_spans.enter_context(
                tracer.start_as_current_span(name, kind=kind, attributes=attributes)
            )
        sent = current_session()
    assert sent is not None
    request = one_request(exporter)
    assert (sent.path, sent.id) == (request.path, request.session_id)
    assert sent.path == path


def test_the_server_reads_all_that_decides_a_path() -> None:
    names = {key for keys in NAME_KEYS.values() for key in keys}
    assert names | CONVENTION_KEYS | {"http.route"} <= mapping.WANTED_ATTRIBUTES.keys


def test_an_agent_at_the_root_names_the_session(instrumented: TracerProvider) -> None:
    name, scope, kind, attributes = AGENT
    with instrumented.get_tracer(scope).start_as_current_span(
        name, kind=kind, attributes=attributes
    ):
        sent = current_session()
    assert sent is not None
    assert sent.name == "Bob"
