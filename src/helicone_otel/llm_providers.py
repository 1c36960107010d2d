"""Which provider a host stands for, in OpenTelemetry's words."""

from functools import lru_cache

_PROVIDERS = (
    ("openai.azure.com", "azure.ai.openai"),
    ("cognitiveservices.azure.com", "azure.ai.openai"),
    ("api.openai.com", "openai"),
    ("api.anthropic.com", "anthropic"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("mistral.ai", "mistral_ai"),
    ("groq.com", "groq"),
    ("cohere.com", "cohere"),
    ("cohere.ai", "cohere"),
    ("deepseek.com", "deepseek"),
    ("x.ai", "x_ai"),
    ("perplexity.ai", "perplexity"),
    ("openrouter.ai", "openrouter"),
    ("together.ai", "together"),
    ("together.xyz", "together"),
    ("fireworks.ai", "fireworks"),
    ("oai.helicone.ai", "openai"),
    ("oai.hconeai.com", "openai"),
    ("anthropic.helicone.ai", "anthropic"),
    ("anthropic.hconeai.com", "anthropic"),
    ("groq.helicone.ai", "groq"),
)
"""Host, or the end of it, to the value of `gen_ai.provider.name`."""


@lru_cache(maxsize=1024)
def provider_of(host: str) -> str | None:
    """Return the provider at *host*; `None` if it is not known."""
    for ending, provider in _PROVIDERS:
        if host == ending or host.endswith(("." + ending, "-" + ending)):
            return provider
    return None
