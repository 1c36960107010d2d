"""Put the pieces of a streamed message together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Part: TypeAlias = dict[str, object]
"""Of a message, in OpenTelemetry's shape."""


def joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Join parts that follow each other and belong together."""
    whole: list[Part] = []
    for part in parts:
        if whole and not _goes_on(whole[0], part):
            yield _merged(whole)
            whole = []
        whole.append(part)
    if whole:
        yield _merged(whole)


def _goes_on(first: Part, part: Part) -> bool:
    match part["type"]:
        case "text" | "reasoning" as kind:
            return first["type"] == kind
        case "tool_call":
            return first["type"] == "tool_call" and not (part["id"] or part["name"])
        case _:
            return False


def _merged(pieces: Sequence[Part]) -> Part:
    if len(pieces) == 1:
        return pieces[0]
    key = "arguments" if pieces[0]["type"] == "tool_call" else "content"
    return {**pieces[0], key: "".join(str(piece[key] or "") for piece in pieces)}
