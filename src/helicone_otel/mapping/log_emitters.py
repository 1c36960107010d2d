"""Which log records matter, and what their emitters call the fields of the alias table.

Sources: the documented events of each command-line agent, and the GenAI semantic conventions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .. import semconv
from ..model import WantedAttributes
from .alias_table import WANTED_ATTRIBUTES

EVENT_NAME = "event.name"
"""Where older SDKs and most command-line agents put what is now a field of the record."""
EVENT_KIND = "event.kind"
DURATION_MS = "duration_ms"
GEN_AI = "gen_ai."

_GOOGLE_KEYS = {
    "model": "gen_ai.request.model",
    "input_token_count": "gen_ai.usage.input_tokens",
    "output_token_count": "gen_ai.usage.output_tokens",
    "cached_content_token_count": "gen_ai.usage.cache_read.input_tokens",
    "thoughts_token_count": "gen_ai.usage.reasoning.output_tokens",
    "total_token_count": "gen_ai.usage.total_tokens",
    "status_code": "http.response.status_code",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitter:
    """One program whose log records are understood."""

    prefix: str
    """How the names of its events begin."""
    calls: frozenset[str]
    """Its events that stand for a whole call of a model, without the prefix."""
    provider: str | None = None
    keys: Mapping[str, str]
    """Its attribute keys, and those of the alias table that mean the same."""
    cache_is_apart: bool = False
    """Whether its input tokens leave out what a cache has read or written."""


EMITTERS = (
    Emitter(
        prefix="claude_code.",
        calls=frozenset({"api_request"}),
        provider="anthropic",
        keys={
            "model": "gen_ai.request.model",
            "input_tokens": "gen_ai.usage.input_tokens",
            "output_tokens": "gen_ai.usage.output_tokens",
            "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
            "cache_creation_tokens": "gen_ai.usage.cache_write.input_tokens",
            "cost_usd": "helicone.cost.usd",
            "request_id": "gen_ai.response.id",
        },
        cache_is_apart=True,
    ),
    Emitter(
        prefix="codex.",
        calls=frozenset({"sse_event", "websocket_event"}),
        provider="openai",
        keys={
            "conversation.id": "gen_ai.conversation.id",
            "user.account_id": semconv.OTEL_USER_ID,
            "model": "gen_ai.request.model",
            "input_token_count": "gen_ai.usage.input_tokens",
            "output_token_count": "gen_ai.usage.output_tokens",
            "cached_token_count": "gen_ai.usage.cache_read.input_tokens",
            "reasoning_token_count": "gen_ai.usage.reasoning.output_tokens",
        },
    ),
    Emitter(
        prefix="gemini_cli.",
        calls=frozenset({"api_response"}),
        provider="gcp.gemini",
        keys=_GOOGLE_KEYS,
    ),
    Emitter(prefix="qwen-code.", calls=frozenset({"api_response"}), keys=_GOOGLE_KEYS),
    Emitter(prefix=GEN_AI, calls=frozenset({"client.inference.operation.details"}), keys={}),
)

WANTED_LOG_ATTRIBUTES = WantedAttributes(
    keys=WANTED_ATTRIBUTES.keys
    | {EVENT_NAME, EVENT_KIND, DURATION_MS}
    | {key for emitter in EMITTERS for key in emitter.keys},
    prefixes=(*WANTED_ATTRIBUTES.prefixes, GEN_AI),
)
