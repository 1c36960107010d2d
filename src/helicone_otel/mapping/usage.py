"""The tokens of one model call, brought into OpenTelemetry's sense."""

from itertools import combinations

from ..model import Usage
from . import alias_table as table
from .fields import Fields

_PARTS = frozenset(
    {
        table.INPUT_TOKENS,
        table.OUTPUT_TOKENS,
        table.CACHE_READ_TOKENS,
        table.CACHE_WRITE_TOKENS,
        table.REASONING_TOKENS,
    }
)


def usage_of(fields: Fields, *, cache_is_apart: bool) -> tuple[Usage | None, tuple[str, ...]]:
    """Return the usage that *fields* report and the marks of what was corrected in it.

    Emitters differ in whether input includes cached tokens and output includes reasoning; the
    reported total is the first evidence for which it is. *cache_is_apart* tells an emitter that
    is known to leave them out.
    """
    total = fields.get(table.TOTAL_TOKENS)
    if fields.keys().isdisjoint(_PARTS):
        return (None, ()) if total is None else (Usage(input_tokens=total), ("usage-total-only",))
    reported = Usage(
        input_tokens=fields.get(table.INPUT_TOKENS),
        output_tokens=fields.get(table.OUTPUT_TOKENS),
        cache_read_tokens=fields.get(table.CACHE_READ_TOKENS),
        cache_write_tokens=fields.get(table.CACHE_WRITE_TOKENS),
        reasoning_tokens=fields.get(table.REASONING_TOKENS),
    )
    return _with_parts(reported, total, cache_is_apart=cache_is_apart)


def _with_parts(
    reported: Usage, total: int | None, *, cache_is_apart: bool
) -> tuple[Usage, tuple[str, ...]]:
    if total is not None and total > reported.total_tokens:
        missing = _parts_adding_up(reported, total - reported.total_tokens)
        if missing is not None:
            return _add(reported, missing), tuple(f"usage-added-{part}" for part in missing)
        if not _parts(reported):
            output = total - (reported.input_tokens or 0)
            return _replace(reported, output_tokens=output), ("usage-output-from-total",)
    cached = (reported.cache_read_tokens or 0) + (reported.cache_write_tokens or 0)
    if cached and (cache_is_apart or cached > (reported.input_tokens or 0)):
        parts = ("cache_read", "cache_write")
        return _add(reported, parts), ("usage-added-cache",)
    return reported, ()


def _parts(usage: Usage) -> dict[str, int]:
    parts = {
        "cache_read": usage.cache_read_tokens,
        "cache_write": usage.cache_write_tokens,
        "reasoning": usage.reasoning_tokens,
    }
    return {name: tokens for name, tokens in parts.items() if tokens}


def _parts_adding_up(usage: Usage, missing: int) -> tuple[str, ...] | None:
    """Return the one set of parts that sums to *missing*; `None` if there is none or a choice."""
    parts = _parts(usage)
    matching = [
        names
        for size in range(1, len(parts) + 1)
        for names in combinations(parts, size)
        if sum(parts[name] for name in names) == missing
    ]
    return matching[0] if len(matching) == 1 else None


def _add(usage: Usage, names: tuple[str, ...]) -> Usage:
    parts = _parts(usage)
    cache = sum(parts.get(name, 0) for name in names if name != "reasoning")
    reasoning = parts.get("reasoning", 0) if "reasoning" in names else 0
    return _replace(
        usage,
        input_tokens=(usage.input_tokens or 0) + cache,
        output_tokens=(usage.output_tokens or 0) + reasoning,
    )


def _replace(
    usage: Usage, *, input_tokens: int | None = None, output_tokens: int | None = None
) -> Usage:
    return Usage(
        input_tokens=usage.input_tokens if input_tokens is None else input_tokens,
        output_tokens=usage.output_tokens if output_tokens is None else output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        reasoning_tokens=usage.reasoning_tokens,
    )
