"""Section 7: the tokens of one call, brought into OpenTelemetry's sense."""

from dataclasses import dataclass, replace
from itertools import combinations

from . import keys
from .otlp import Attributes
from .values import count, first_count

_PARTS = {"cache_read": "input", "cache_write": "input", "reasoning": "output"}
"""Each part, and which of the two sums it belongs in."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None

    @property
    def total(self) -> int:
        return (self.input or 0) + (self.output or 0)


def tokens_of(
    attributes: Attributes, *, parts_apart: bool, bare: bool = False
) -> tuple[Tokens | None, list[str]]:
    """Return the usage and the marks of what was corrected in it.

    *parts_apart* tells an emitter known to leave cached tokens out of the input; *bare* one whose
    keys are Claude Code's.
    """
    reported = _bare(attributes) if bare else _reported(attributes)
    total = first_count(attributes, keys.TOTAL_TOKENS)
    if reported == Tokens():
        return (None, []) if total is None else (Tokens(input=total), ["usage-total-only"])
    missing = (total or 0) - reported.total
    if missing > 0:
        explaining = _subsets_summing_to(reported, missing)
        if len(explaining) == 1:
            return _with(reported, explaining[0]), [f"usage-added-{p}" for p in explaining[0]]
        if not _known_parts(reported):
            whole = replace(reported, output=(reported.output or 0) + missing)
            return whole, ["usage-output-from-total"]
    cached = (reported.cache_read or 0) + (reported.cache_write or 0)
    if cached and (parts_apart or cached > (reported.input or 0)):
        return _with(reported, ["cache_read", "cache_write"]), ["usage-added-cache"]
    return reported, []


def _reported(attributes: Attributes) -> Tokens:
    return Tokens(
        input=first_count(attributes, keys.INPUT_TOKENS),
        output=first_count(attributes, keys.OUTPUT_TOKENS),
        cache_read=first_count(attributes, keys.CACHE_READ_TOKENS),
        cache_write=first_count(attributes, keys.CACHE_WRITE_TOKENS),
        reasoning=first_count(attributes, keys.REASONING_TOKENS),
    )


def _bare(attributes: Attributes) -> Tokens:
    names = keys.CLAUDE_CODE_KEYS
    return Tokens(
        input=count(attributes.get(names["input"])),
        output=count(attributes.get(names["output"])),
        cache_read=count(attributes.get(names["cache read"])),
        cache_write=count(attributes.get(names["cache write"])),
    )


def _known_parts(tokens: Tokens) -> dict[str, int]:
    return {part: value for part in _PARTS if (value := getattr(tokens, part))}


def _subsets_summing_to(tokens: Tokens, missing: int) -> list[list[str]]:
    parts = _known_parts(tokens)
    return [
        list(chosen)
        for size in range(1, len(parts) + 1)
        for chosen in combinations(parts, size)
        if sum(parts[part] for part in chosen) == missing
    ]


def _with(tokens: Tokens, parts: list[str]) -> Tokens:
    sums = {"input": tokens.input or 0, "output": tokens.output or 0}
    for part in parts:
        sums[_PARTS[part]] += getattr(tokens, part) or 0
    return replace(tokens, input=sums["input"], output=sums["output"])
