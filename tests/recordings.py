"""What real packages sent, and what it means: the recordings and their reviewed expectations."""

import gzip
import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from helicone_otel.model import Usage
from helicone_otel.pricing import price as table_price
from oracle import LogRecord, Request, Span, Understanding, logs_of, spans_of, understand
from oracle.usage import Tokens

Json: TypeAlias = Mapping[str, Any]

_FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.name.removesuffix(".json.gz") for path in _FIXTURES.glob("recordings/*.gz"))


@dataclass(frozen=True, kw_only=True)
class Recording:
    """OTLP/JSON requests as they arrived, and what the provider billed meanwhile."""

    name: str
    packages: Mapping[str, str]
    provider_calls: Sequence[Json]
    traces: Sequence[Json]
    """Of ExportTraceServiceRequest."""
    logs: Sequence[Json]
    """Of ExportLogsServiceRequest."""

    @property
    def spans(self) -> list[Span]:
        return [span for request in self.traces for span in spans_of(request)]

    @property
    def log_records(self) -> list[LogRecord]:
        return [record for request in self.logs for record in logs_of(request)]


@cache
def recording(name: str) -> Recording:
    path = _FIXTURES / "recordings" / f"{name}.json.gz"
    return Recording(name=name, **json.loads(gzip.decompress(path.read_bytes())))


def expectation(name: str) -> Json:
    return tomllib.loads((_FIXTURES / "expected" / f"{name}.toml").read_text())


@cache
def understood(name: str) -> Understanding:
    found = recording(name)
    return understand(found.spans, found.log_records, price=price)


def price(provider: str | None, model: str, start_ns: int, tokens: Tokens) -> int | None:
    """Return the price that the server's own table has."""
    usage = Usage(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_read_tokens=tokens.cache_read,
        cache_write_tokens=tokens.cache_write,
        reasoning_tokens=tokens.reasoning,
    )
    cost = table_price(provider=provider, model=model, start_ns=start_ns, usage=usage)
    return cost.nano_usd if cost else None


def sessions_as_written(understanding: Understanding) -> list[dict[str, Any]]:
    """Return the sessions in the shape of an expectation, by their first request."""
    grouped: dict[str | None, list[Request]] = {}
    for request in understanding.requests:
        grouped.setdefault(request.session_id, []).append(request)
    named = _written_ids(understanding, list(grouped))
    return [
        {
            "id": named[session_id],
            "name": understanding.session_names.get(session_id or "", ""),
            "requests": [request_as_written(request) for request in requests],
        }
        for session_id, requests in grouped.items()
    ]


def request_as_written(request: Request) -> dict[str, Any]:
    """Return what an expectation says of a request; what is absent or nothing is left out."""
    tokens = request.tokens
    written = {
        "path": request.path,
        "model": request.response_model or request.request_model,
        "user": request.user_id,
        "status": request.status,
        "input": tokens.input if tokens else None,
        "output": tokens.output if tokens else None,
        "cache_read": tokens.cache_read or None if tokens else None,
        "cache_write": tokens.cache_write or None if tokens else None,
        "reasoning": tokens.reasoning or None if tokens else None,
        "nano_usd": request.cost_nano_usd,
        "marks": list(request.marks) or None,
    }
    return {key: value for key, value in written.items() if value is not None}


def not_counted(understanding: Understanding) -> dict[tuple[str, str, str], int]:
    """Return how many spans of each scope and name were seen, by why they are not counted."""
    seen: dict[tuple[str, str, str], int] = {}
    for said in understanding.forest.all:
        role = understanding.role(said)
        if role not in ("counted", "aggregate", "other"):
            key = (str(role), said.scope, said.span.name)
            seen[key] = seen.get(key, 0) + 1
    return seen


def told_otherwise(name: str) -> tuple[list[list[int]], list[list[int]]]:
    """Return what the provider billed and no request says, and what requests say unbilled.

    As `[input, output]`. A stream whose usage the provider did not send bills nothing that anybody
    could know.
    """
    usages = [c["usage"] for c in recording(name).provider_calls if c.get("usage_sent")]
    billed = Counter((usage["input_tokens"], usage["output_tokens"]) for usage in usages)
    known = [request.tokens for request in understood(name).requests if request.tokens]
    told = Counter((tokens.input or 0, tokens.output or 0) for tokens in known)
    return _rows(billed - told), _rows(told - billed)


def _rows(counted: Counter[tuple[int, int]]) -> list[list[int]]:
    return sorted(list(row) for row in counted.elements())


def _written_ids(understanding: Understanding, ids: Sequence[str | None]) -> dict[str | None, str]:
    """Return ids as expectations spell them: those made of a trace id are numbered."""
    traces = {said.trace_id for said in understanding.forest.all}
    written: dict[str | None, str] = {}
    for session_id in ids:
        is_implicit = session_id is not None and session_id.replace("-", "") in traces
        implicit = sum(name.startswith("implicit") for name in written.values())
        written[session_id] = f"implicit {implicit + 1}" if is_implicit else session_id or "none"
    return written
