"""Which URLs are those of a model's provider."""

import re
from urllib.parse import urlsplit

_HOSTS = (
    "openai.com", "anthropic.com", "mistral.ai", "groq.com", "openrouter.ai", "helicone.ai",
    "hconeai.com", "x.ai", "deepseek.com", "cohere.com", "cohere.ai", "together.xyz",
    "fireworks.ai", "perplexity.ai", "generativelanguage.googleapis.com",
    "aiplatform.googleapis.com",
)  # fmt: skip
_ENDINGS = (
    "/completions", "/v1/messages", "/responses", "/embeddings", "/chat", "/rerank", "/embed",
)  # fmt: skip
_GOOGLE = re.compile(r".*/models/[^/]+:(generateContent|streamGenerateContent|embedContent)")


def is_llm_endpoint(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    path = parts.path.removesuffix("/")
    known = any(host == name or host.endswith("." + name) for name in _HOSTS)
    regional = re.fullmatch(r"[a-z0-9-]+-aiplatform\.googleapis\.com", host) is not None
    return (known or regional) and (path.endswith(_ENDINGS) or bool(_GOOGLE.fullmatch(path)))


_PROVIDERS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.mistral.ai": "mistral_ai",
    "api.groq.com": "groq",
    "generativelanguage.googleapis.com": "gcp.gemini",
}
"""Those that recordings and generated traces have."""


def provider_at(address: str) -> str | None:
    """Return the provider of a URL's or an address's host."""
    host = urlsplit(address if "//" in address else f"//{address}").hostname
    return _PROVIDERS.get(host or "")
