"""A claim about a session, held against its numbers."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ..api.session_bodies import SessionWhole
from ..session_claims import Value, holds, names_in
from ..session_reference import clean_text
from .reading import read_session

_MAX_SHOWN_BYTES = 200


class Verdict(BaseModel):
    """Whether a claim is true, and the numbers it speaks of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: str
    claim: str
    holds: bool
    numbers: dict[str, Value]


def read_verdict(database: Path, session_id: str, claim: str) -> Verdict:
    """Decide on *claim*.

    Raises:
        BadClaim: it cannot be decided.
        NotFound: there is no such session.
        StoreUnusable: there is no file, or it is not ours.
    """
    numbers = _numbers(read_session(database, session_id))
    is_true = holds(claim, numbers)
    spoken_of = {name: numbers[name] for name in names_in(claim)}
    return Verdict(session_id=session_id, claim=claim, holds=is_true, numbers=spoken_of)


def told(verdict: Verdict) -> str:
    found = ", ".join(f"{name} = {_shown(value)}" for name, value in verdict.numbers.items())
    return f"{'true' if verdict.holds else 'FALSE'}: {verdict.claim} ({found})"


def _shown(value: Value) -> str:
    text = f"{value:g}" if isinstance(value, int | float) else str(value)
    return clean_text(text, max_bytes=_MAX_SHOWN_BYTES)


def _numbers(whole: SessionWhole) -> dict[str, Value]:
    session = whole.session
    return {
        "cost": session.cost_usd,
        "requests": session.requests,
        "errors": session.failed_requests,
        "unpriced": session.unpriced_requests,
        "tokens": session.total_tokens,
        "prompt_tokens": session.prompt_tokens,
        "completion_tokens": session.completion_tokens,
        "duration_ms": session.duration_ms,
        "active_ms": session.active_ms,
        "latency_ms": session.average_latency_ms,
        "spans": session.spans,
        "traces": len(session.trace_ids),
        "missing_parents": session.missing_parents,
        "status": session.status,
        "state": session.state,
        "name": session.name,
    }
