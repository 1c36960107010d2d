"""Which words a text has, for the index and for those who ask it alike."""

import re
import unicodedata

MAX_WORDS = 5000
"""Distinct ones of one document: more of a long text cannot be found."""
_MAX_WORD_CHARACTERS = 64
_MAX_ASKED = 16
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the distinct words of *text* without case and accents, as they come."""
    plain = text if text.isascii() else _without_accents(text)
    words = dict.fromkeys(word[:_MAX_WORD_CHARACTERS] for word in _WORD.findall(plain.lower()))
    return list(words)[:MAX_WORDS]


def match_expression(text: str) -> str | None:
    """Return what to ask the index for documents with all words of *text*; `None` without any."""
    words = words_of(text)[:_MAX_ASKED]
    return " ".join(f'"{word}"' for word in words) or None


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
