"""Take secrets out of text before it is kept or sent on: API keys, tokens, passwords."""

import re
from collections.abc import Iterable

REDACTED = "[REDACTED]"

_SECRETS: Iterable[str] = (
    r"\b(?:sk|pk|rk|gsk|xai|hf|glpat|dapi)[-_][A-Za-z0-9_-]{16,}",  # OpenAI, Helicone, Stripe, ...
    r"\bAIza[A-Za-z0-9_-]{30,}",  # Google
    r"\bya29\.[A-Za-z0-9_-]{20,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # Amazon
    r"\b(?:gh[opsur]|github_pat)_[A-Za-z0-9_]{20,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",  # JSON web tokens
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END).)*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
)
_SECRET = re.compile("|".join(_SECRETS), re.DOTALL)
_NAMED = re.compile(
    r"""(?P<name>(?:password|passwd|secret|api[-_ ]?key|access[-_ ]?token|auth[-_ ]?token|bearer)
    \\?["']?\s*(?:[:=]|\s|\bis\b)\s*\\?["']?)
    (?P<value>[^\s"'\\,;{}<>]{8,})""",
    re.IGNORECASE | re.VERBOSE,
)
"""A value that its name calls a secret, as in JSON, settings and HTTP headers."""
_USER_INFO = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@]{1,128}:)[^\s/@]{1,256}(?=@)"
)
"""The password in a URL."""


def redact(text: str) -> str:
    """Return *text* with every secret that can be told by its looks replaced. Idempotent."""
    text = _SECRET.sub(REDACTED, text)
    text = _USER_INFO.sub(lambda match: match["before"] + REDACTED, text)
    return _NAMED.sub(_redact_named, text)


def _redact_named(match: re.Match[str]) -> str:
    assigned = not {":", "="}.isdisjoint(match["name"])
    # Ordinary words follow these names in ordinary sentences: "password reset instructions".
    is_secret = assigned or any(character.isdigit() for character in match["value"])
    return match["name"] + REDACTED if is_secret else match[0]
