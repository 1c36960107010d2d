"""The contract's golden rows, each a trace of one LLM span."""

from datetime import datetime
from typing import Any

import otlp_json

# start of 2024-02-29, latency ms, completion, prompt, user, session id, name, nano-USD
ROWS = [
    ("12:00:00.250", 1000, 20, 10, "u1", "s1", "A", 1_500_000),
    ("12:00:02.500", 500, 5, 7, "u2", "s1", "A", 500_000),
    ("12:00:09.100", 700, 5, 7, None, "s2", "A", 500_000),
    ("12:01:09.100", 200, 1, 2, None, "s3", "B", 0),
    ("12:03:09.100", 200, 1, 2, "u1", "s4", None, 250_000_000),
    ("12:03:09.900", 200, 1, 2, "u1", "s1", "B", 250_000_000),
    ("12:03:10.900", 900, 1, 2, "u1", None, None, 7_000_000),
    ("12:03:11.900", 900, 1, 2, "u1", None, None, 7_000_000),
]


def golden_request() -> dict[str, Any]:
    """Return the export request of all rows."""
    spans = [_span(number, *row) for number, row in enumerate(ROWS, start=1)]
    return otlp_json.request(spans, service="shop")


def _span(
    number: int,
    start: str,
    latency_ms: int,
    completion: int,
    prompt: int,
    user: str | None,
    session_id: str | None,
    name: str | None,
    nano_usd: int,
) -> dict[str, Any]:
    start_ns = round(datetime.fromisoformat(f"2024-02-29T{start}Z").timestamp() * 1000) * 10**6
    known = {
        "helicone.user.id": user,
        "helicone.session.id": session_id,
        "helicone.session.name": name,
    }
    return otlp_json.span(
        f"{number:032x}",
        f"{number:016x}",
        name="chat some-model",
        kind=3,
        start_ns=start_ns,
        end_ns=start_ns + latency_ms * 10**6,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "some-model",
            "gen_ai.usage.input_tokens": prompt,
            "gen_ai.usage.output_tokens": completion,
            "helicone.cost.usd": nano_usd / 10**9,
            **{key: value for key, value in known.items() if value is not None},
        },
    )
