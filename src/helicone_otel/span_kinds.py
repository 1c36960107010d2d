"""What a span stands for by its attributes: the rules that both halves of a path must share."""

from collections.abc import Mapping
from enum import StrEnum
from typing import assert_never

from . import semconv


class Kind(StrEnum):
    """What a span stands for, in the words of the session mapping."""

    LLM = "llm"
    TOOL = "tool"
    RETRIEVAL = "retrieval"
    AGENT = "agent"
    WORKFLOW = "workflow"
    TRANSPORT = "transport"
    SERVER = "server"
    STEP = "step"
    EVENT = "event"
    """A log record that tells of a call of a model; no span is one."""


_GEN_AI_KINDS = {
    "chat": Kind.LLM,
    "text_completion": Kind.LLM,
    "generate_content": Kind.LLM,
    "embeddings": Kind.LLM,
    "rerank": Kind.LLM,
    "execute_tool": Kind.TOOL,
    "retrieval": Kind.RETRIEVAL,
    "create_agent": Kind.AGENT,
    "invoke_agent": Kind.AGENT,
    "invoke_workflow": Kind.WORKFLOW,
}
_OPENINFERENCE_KINDS = {
    "LLM": Kind.LLM,
    "EMBEDDING": Kind.LLM,
    "RERANKER": Kind.LLM,
    "TOOL": Kind.TOOL,
    "RETRIEVER": Kind.RETRIEVAL,
    "AGENT": Kind.AGENT,
    "CHAIN": Kind.WORKFLOW,
}
_TRACELOOP_CALLS = dict.fromkeys(("chat", "completion", "embedding", "rerank"), Kind.LLM)
_TRACELOOP_KINDS = {"workflow": Kind.WORKFLOW, "agent": Kind.AGENT, "tool": Kind.TOOL}
_LANGFUSE_KINDS = {
    "generation": Kind.LLM,
    "embedding": Kind.LLM,
    "tool": Kind.TOOL,
    "retriever": Kind.RETRIEVAL,
    "agent": Kind.AGENT,
    "chain": Kind.WORKFLOW,
}
_LANGSMITH_KINDS = {
    "llm": Kind.LLM,
    "embedding": Kind.LLM,
    "tool": Kind.TOOL,
    "retriever": Kind.RETRIEVAL,
    "chain": Kind.WORKFLOW,
}
_VERCEL_CALLS = (
    "ai.generateText.doGenerate",
    "ai.streamText.doStream",
    "ai.generateObject.doGenerate",
    "ai.streamObject.doStream",
    "ai.embed.doEmbed",
    "ai.embedMany.doEmbed",
    "ai.rerank.doRerank",
)
_VERCEL_KINDS = {
    **dict.fromkeys(_VERCEL_CALLS, Kind.LLM),
    **{operation.rpartition(".")[0]: Kind.WORKFLOW for operation in _VERCEL_CALLS},
    "ai.toolCall": Kind.TOOL,
}
_CONVENTIONS = (
    (semconv.GEN_AI_OPERATION_NAME, _GEN_AI_KINDS),
    (semconv.OPENINFERENCE_SPAN_KIND, _OPENINFERENCE_KINDS),
    (semconv.LLM_REQUEST_TYPE, _TRACELOOP_CALLS),
    (semconv.TRACELOOP_SPAN_KIND, _TRACELOOP_KINDS),
    (semconv.LANGFUSE_OBSERVATION_TYPE, _LANGFUSE_KINDS),
    (semconv.LANGSMITH_SPAN_KIND, _LANGSMITH_KINDS),
    (semconv.VERCEL_OPERATION_ID, _VERCEL_KINDS),
)
CONVENTION_KEYS = frozenset(key for key, _ in _CONVENTIONS)
"""A span with any of these says what it is, even if in a word that is not known."""

NAME_KEYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TOOL: ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "tool_name"),
    Kind.AGENT: ("gen_ai.agent.name", "agent.name"),
    Kind.WORKFLOW: ("gen_ai.workflow.name",),
}
"""Where a span keeps its own name: OpenTelemetry's key, OpenInference's, then those of others.

Names that every span of a run repeats (Traceloop's workflow, Langfuse's trace) are nobody's own.
"""


def kind_by_convention(attributes: Mapping[str, object]) -> Kind | None:
    """Return the kind that the first convention to know it gives a span; `None` if none does."""
    for key, kinds in _CONVENTIONS:
        value = attributes.get(key)
        if isinstance(value, str) and (kind := kinds.get(value)):
            return kind
    return None


def own_name(kind: Kind | None, attributes: Mapping[str, object]) -> str | None:
    """Return the name of the tool, agent or workflow that a span of *kind* stands for."""
    if kind is None:
        return None
    keys = NAME_KEYS.get(kind, ())
    if semconv.TRACELOOP_SPAN_KIND in attributes:  # else it is copied to the spans below
        keys = (*keys, semconv.TRACELOOP_ENTITY_NAME)
    names = (attributes.get(key) for key in keys)
    return next((name for name in names if name and isinstance(name, str)), None)


def step_name(
    kind: Kind, span_name: str, attributes: Mapping[str, object], *, scope: str, sends: bool
) -> str | None:
    """Return the name that a span gives to the path of what is below it; `None` if it gives none.

    *sends* tells a CLIENT or PRODUCER span. A SERVER span's name counts only at the top.
    """
    match kind:
        case Kind.LLM | Kind.TRANSPORT | Kind.EVENT:
            return None
        case Kind.TOOL | Kind.RETRIEVAL | Kind.AGENT | Kind.WORKFLOW:
            return own_name(kind, attributes) or span_name
        case Kind.SERVER:
            route = attributes.get(semconv.HTTP_ROUTE)
            named = route if route and isinstance(route, str) else span_name
            return None if is_gen_ai_scope(scope) else named
        case Kind.STEP:
            works = not sends and not is_gen_ai_scope(scope) and not is_http_scope(scope)
            return span_name if works and scope not in semconv.FRAMEWORK_SCOPES else None
        case _:
            assert_never(kind)


def is_gen_ai_scope(scope: str) -> bool:
    """Tell whether spans of *scope* stand for model calls or frameworks, never for user steps."""
    return scope.startswith(semconv.GEN_AI_SCOPE_PREFIXES)


def is_http_scope(scope: str) -> bool:
    """Tell whether *scope* is that of an HTTP library's instrumentation."""
    return scope.startswith(semconv.HTTP_SCOPE_PREFIXES)
