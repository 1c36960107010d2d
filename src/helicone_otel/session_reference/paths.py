"""Session paths: `/research/extract` says what the work is. Never a URL path."""

import re
import unicodedata
from functools import lru_cache

from .text import clean_text, cut_text, hash_mark

ROOT = "/"
MAX_PATH_BYTES = 2048
MAX_SEGMENTS = 64
MAX_SEGMENT_CHARACTERS = 64
_READ_CHARACTERS = 1024

_SPACES = (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_TRAILING = "/" + "".join(map(chr, _SPACES))
"""What a path does not end in: slashes and white space, in any mixture; controls are gone."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._~-]+")
_DOTS = frozenset({"", ".", ".."})


def normalize_path(path: str) -> str:
    """Return *path* with a leading `/`, no empty segments and no trailing `/`; case is kept.

    A path over 64 segments or 2,048 bytes is cut and marked with a hash. Idempotent.
    """
    # A cut needs the whole text for its hash, so the byte limit is applied last.
    whole = clean_text(path, max_bytes=len(path) * 4).rstrip(_TRAILING)
    segments = [part for part in whole.split("/") if part]
    if len(segments) > MAX_SEGMENTS:
        segments[MAX_SEGMENTS - 1 :] = [hash_mark(whole)]
    return cut_text(ROOT + "/".join(segments), max_bytes=MAX_PATH_BYTES)


def path_segments(path: str) -> list[str]:
    """Split a normalised path; the inverse of joining its segments from the root."""
    return path.split("/")[1:] if path != ROOT else []


def join_path(path: str, piece: str) -> str:
    """Return normalised *path* extended by *piece*; a `/` in the piece makes levels."""
    return normalize_path(f"{path}/{piece}")


def extend_path(path: str, piece: str) -> str:
    """Return normalised *path* with one derived segment more.

    A repetition of the last segment adds nothing, nor does anything past the limits.
    """
    segments = path_segments(path)
    if segments and segments[-1] == piece:
        return path
    longer = f"{path}/{piece}" if segments else ROOT + piece
    fits = len(segments) < MAX_SEGMENTS and len(longer.encode()) <= MAX_PATH_BYTES
    return longer if fits else path


def segment(name: str) -> str:
    """Return the path segment of a span *name*: letters, marks, digits and `. _ ~ -` only.

    Other runs become `-`; at most 64 code points, found among the first 1,024; a name with nothing
    left is `span`. Idempotent.
    """
    return _segment(name[:_READ_CHARACTERS])


@lru_cache(maxsize=4096)
def _segment(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    plain = _NOT_PLAIN.sub("-", name) if name.isascii() else _hyphenate(name)
    plain = plain[:MAX_SEGMENT_CHARACTERS].strip("-")
    return "span" if plain in _DOTS else plain


def _hyphenate(name: str) -> str:
    kept: list[str] = []
    in_run = False
    for character in name:
        allowed = _is_segment_character(character)
        if allowed or not in_run:
            kept.append(character if allowed else "-")
        in_run = not allowed
    return "".join(kept)


def _is_segment_character(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "._~-"
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"
