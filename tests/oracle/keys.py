"""The alias table as data: for each field the attribute keys that carry it, the best one first."""

STRONG, MIDDLE, WEAK = 3, 2, 1
TRACELOOP = "traceloop.association.properties."
HEADERS = ("http.request.header.helicone-", "http.request.header.helicone_")


def header(name: str) -> list[str]:
    """Return both spellings under which instrumentations capture a header."""
    lowered = f"http.request.header.{name.lower()}"
    return [lowered, lowered.replace("-", "_")]


SESSION_ID: list[tuple[str, int]] = [
    ("helicone.session.id", STRONG),
    *((key, STRONG) for key in header("helicone-session-id")),
    (TRACELOOP + "Helicone-Session-Id", STRONG),
    ("session.id", MIDDLE),
    ("langfuse.session.id", MIDDLE),
    (TRACELOOP + "session_id", MIDDLE),
    (TRACELOOP + "sessionId", MIDDLE),
    ("ai.telemetry.metadata.sessionId", MIDDLE),
    ("langsmith.metadata.session_id", MIDDLE),
    ("gen_ai.conversation.id", WEAK),
    ("gcp.vertex.agent.session_id", WEAK),
    (TRACELOOP + "thread_id", WEAK),
    ("langsmith.metadata.thread_id", WEAK),
    ("langsmith.metadata.conversation_id", WEAK),
    ("langsmith.trace.session_id", WEAK),
    ("conversation.id", WEAK),
    ("gen_ai.agent.session_id", WEAK),
    ("gen_ai.session.id", WEAK),
    ("mirascope.ops.session.id", WEAK),
]
RESOURCE_SESSION_ID = "session.id"

SESSION_NAME = [
    "helicone.session.name",
    *header("helicone-session-name"),
    TRACELOOP + "Helicone-Session-Name",
]
SESSION_PATH = [
    "helicone.session.path",
    *header("helicone-session-path"),
    TRACELOOP + "Helicone-Session-Path",
]
FALLBACK_NAME = [
    "langfuse.trace.name",
    "traceloop.workflow.name",
    "gen_ai.workflow.name",
    "langsmith.trace.session_name",
    "ai.telemetry.functionId",
    "gen_ai.agent.name",
    "agent.name",
]
USER_ID = [
    "helicone.user.id",
    *header("helicone-user-id"),
    TRACELOOP + "Helicone-User-Id",
    "user.id",
    "langfuse.user.id",
    "enduser.id",
    "gen_ai.user",
    "llm.user",
    "gen_ai.request.user",
    TRACELOOP + "user_id",
    "ai.telemetry.metadata.userId",
    "langsmith.metadata.user_id",
    "user.account_id",
]
REQUEST_ID = ["helicone.request.id", *header("helicone-request-id")]

PROPERTY_PREFIXES = [
    "helicone.property.",
    "http.request.header.helicone-property-",
    "http.request.header.helicone_property_",
    TRACELOOP + "Helicone-Property-",
    TRACELOOP,
    "metadata",  # not a prefix: one key that holds a JSON object
    "ai.telemetry.metadata.",
    "langfuse.trace.metadata.",
    "langfuse.observation.metadata.",
    "langsmith.metadata.",
]
TAGS = ["tag.tags", "langfuse.trace.tags", "langsmith.span.tags"]

OPERATION = [
    "gen_ai.operation.name",
    "llm.request.type",
    "ai.operationId",
    "openinference.span.kind",
    "langfuse.observation.type",
    "langsmith.span.kind",
    "span.type",
]
PROVIDER = [
    "gen_ai.provider.name",
    "gen_ai.system",
    "llm.provider",
    "llm.system",
    "ai.model.provider",
]
REQUEST_MODEL = [
    "gen_ai.request.model",
    "llm.request.model_name",
    "ai.model.id",
    "llm.model_name",
    "langfuse.observation.model.name",
    "embedding.model_name",
]
RESPONSE_MODEL = [
    "gen_ai.response.model",
    "llm.response.model_name",
    "ai.response.model",
    "llm.model_name",
]
RESPONSE_ID = ["gen_ai.response.id", "ai.response.id"]
FINISH_REASON = [
    "gen_ai.response.finish_reasons",
    "llm.finish_reason",
    "ai.response.finishReason",
]
INPUT_TOKENS = [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "llm.usage.prompt_tokens",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "ai.usage.tokens",
    "langfuse.observation.usage_details:input",
]
OUTPUT_TOKENS = [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "llm.usage.completion_tokens",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "langfuse.observation.usage_details:output",
]
TOTAL_TOKENS = [
    "gen_ai.usage.total_tokens",
    "llm.usage.total_tokens",
    "llm.token_count.total",
    "ai.usage.totalTokens",
    "gen_ai.client.token.usage",
    "langfuse.observation.usage_details:total",
]
CACHE_READ_TOKENS = [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "llm.token_count.prompt_details.cache_read",
    "llm.token_count.prompt_details.cache_input",
    "ai.usage.cachedInputTokens",
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "gen_ai.usage.details.cache_read_input_tokens",
    "gen_ai.usage.prompt_tokens_details.cached_tokens",
]
CACHE_WRITE_TOKENS = [
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "llm.token_count.prompt_details.cache_write",
    "gen_ai.usage.details.cache_creation_input_tokens",
    "gen_ai.usage.cache_write_tokens",
    "ai.usage.inputTokenDetails.cacheWriteTokens",
]
REASONING_TOKENS = [
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
    "llm.usage.reasoning_tokens",
    "ai.usage.reasoningTokens",
    "ai.usage.outputTokenDetails.reasoningTokens",
    "gen_ai.usage.completion_tokens_details.reasoning_tokens",
    "gen_ai.usage.details.reasoning_tokens",
]
COST_USD = [
    "helicone.cost.usd",
    "gen_ai.usage.cost",
    "llm.cost.total",
    "gen_ai.cost.total_cost",
    "operation.cost",
    "langfuse.observation.cost_details:total",
]
CACHE_HIT = ["http.response.header.helicone-cache", "http.response.header.helicone_cache"]
FIRST_TOKEN_SECONDS = [
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
]
FIRST_TOKEN_MILLISECONDS = ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"]
FIRST_TOKEN_EVENTS = {"First Token Stream Event", "gen_ai.content.completion.chunk"}
OUTPUT = [
    "gen_ai.output.messages",
    "output.value",
    "gen_ai.completion",
    "ai.response.text",
    "ai.response.object",
    "ai.response.toolCalls",
    "langfuse.observation.output",
    "traceloop.entity.output",
    "gcp.vertex.agent.llm_response",
]
OUTPUT_PREFIXES = ("llm.output_messages.", "gen_ai.completion.")
OUTPUT_JSON = ["output.value", "gen_ai.completion", "langfuse.observation.output"]
HTTP_STATUS = ["http.response.status_code", "http.status_code"]
HTTP_METHOD = ["http.request.method", "http.method"]
HTTP_URL = ["url.full", "http.url"]

CLAUDE_CODE = "claude_code."
CLAUDE_CODE_SCOPE = "com.anthropic.claude_code"
"""Names of Claude Code's spans and scopes of its events: only theirs have these bare keys."""
CLAUDE_CODE_KEYS = {
    "request model": "model",
    "input": "input_tokens",
    "output": "output_tokens",
    "cache read": "cache_read_tokens",
    "cache write": "cache_creation_tokens",
    "cost": "cost_usd",
    "first token ms": "ttft_ms",
    "request id": "request_id",
}

KINDS: list[tuple[str, dict[str, str]]] = [
    (
        "gen_ai.operation.name",
        {
            "chat": "llm",
            "text_completion": "llm",
            "generate_content": "llm",
            "embeddings": "llm",
            "rerank": "llm",
            "execute_tool": "tool",
            "retrieval": "retrieval",
            "create_agent": "agent",
            "invoke_agent": "agent",
            "invoke_workflow": "workflow",
        },
    ),
    (
        "openinference.span.kind",
        {
            "LLM": "llm",
            "EMBEDDING": "llm",
            "RERANKER": "llm",
            "TOOL": "tool",
            "RETRIEVER": "retrieval",
            "AGENT": "agent",
            "CHAIN": "workflow",
        },
    ),
    ("llm.request.type", dict.fromkeys(("chat", "completion", "embedding", "rerank"), "llm")),
    ("traceloop.span.kind", {"workflow": "workflow", "agent": "agent", "tool": "tool"}),
    (
        "langfuse.observation.type",
        {
            "generation": "llm",
            "embedding": "llm",
            "tool": "tool",
            "retriever": "retrieval",
            "agent": "agent",
            "chain": "workflow",
        },
    ),
    (
        "langsmith.span.kind",
        {
            "llm": "llm",
            "embedding": "llm",
            "tool": "tool",
            "retriever": "retrieval",
            "chain": "workflow",
        },
    ),
    (
        "ai.operationId",
        {
            "ai.generateText.doGenerate": "llm",
            "ai.streamText.doStream": "llm",
            "ai.generateObject.doGenerate": "llm",
            "ai.streamObject.doStream": "llm",
            "ai.embed.doEmbed": "llm",
            "ai.embedMany.doEmbed": "llm",
            "ai.rerank.doRerank": "llm",
            "ai.toolCall": "tool",
            "ai.generateText": "workflow",
            "ai.streamText": "workflow",
            "ai.generateObject": "workflow",
            "ai.streamObject": "workflow",
            "ai.embed": "workflow",
            "ai.embedMany": "workflow",
            "ai.rerank": "workflow",
        },
    ),
    ("span.type", {"llm_request": "llm"}),
]
OTHER_OPERATIONS = {
    *("plan", "execute_task", "create_memory", "search_memory", "update_memory", "upsert_memory"),
    *("delete_memory", "create_memory_store", "delete_memory_store"),
    *("GUARDRAIL", "EVALUATOR", "PROMPT"),
    *("task", "span", "event", "evaluator", "guardrail", "prompt", "parser"),
}
"""What spans say they do that is no call of a model, whatever sums they carry."""
KINDS_BY_NAME = {"claude_code.llm_request": "llm", "claude_code.tool": "tool"}
ADK_SCOPE, ADK_CALL = "gcp.vertex.agent", "call_llm"
EMBEDDING_OPERATIONS = {
    "embeddings",
    "embedding",
    "EMBEDDING",
    "rerank",
    "RERANKER",
    "ai.embed.doEmbed",
    "ai.embedMany.doEmbed",
    "ai.rerank.doRerank",
}
OWN_NAMES = {
    "tool": ["gen_ai.tool.name", "tool.name", "ai.toolCall.name", "tool_name"],
    "agent": ["gen_ai.agent.name", "agent.name"],
    "workflow": ["gen_ai.workflow.name"],
}
TRACELOOP_OWN_NAME = "traceloop.entity.name"
"""The name of the span that has a `traceloop.span.kind`."""

TRANSPORT = {
    "http.request.method",
    "http.method",
    "url.full",
    "http.url",
    "rpc.system",
    "rpc.system.name",
    "db.system",
    "db.system.name",
    "messaging.system",
}
ASGI_EVENT = "asgi.event.type"

PARTS_APART_SCOPES = ("openlit.instrumentation.anthropic",)
"""Scopes whose input tokens leave the cached ones out."""
