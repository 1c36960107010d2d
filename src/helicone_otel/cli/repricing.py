"""Work the costs in a file out again, and tell what came of it."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from .. import maintenance
from ..errors import NotFound
from ..pricing import price_source
from ..settings import ImplicitSessions
from ..store import maintaining
from .progress import progress_shown
from .rendering import cost_text
from .telling import counted

_NANO = 1_000_000_000
_MAX_INT64 = 2**63 - 1


class Repriced(BaseModel):
    """What came of it, or with `dry_run` would come."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dry_run: bool
    prices_before: dict[str, int]
    """How many costs which version of the price table gave."""
    prices_now: str
    requests: int
    """All whose cost no emitter has reported."""
    changed: int
    newly_priced: int
    no_longer_priced: int
    unpriced: int
    """Of which no price is known now."""
    cost_before_usd: float
    cost_now_usd: float


def reprice_file(
    database: Path,
    implicit: ImplicitSessions,
    *,
    session_id: str | None,
    since: datetime | None,
    dry_run: bool,
) -> Repriced:
    """Reprice what *database* has of a session, and since then, in UTC.

    Raises:
        NotFound: there is no such session.
        StoreUnusable: there is no file, or it is not ours.
    """
    since_s = since.replace(tzinfo=UTC).timestamp() if since else 0
    since_ns = min(max(int(since_s), 0) * _NANO, _MAX_INT64)
    scope = maintenance.RepriceScope(session_id=session_id, since_ns=since_ns)
    found = maintenance.Repricing()
    with maintaining(database) as file:
        if session_id is not None and not file.parts.traces_of(session_id):
            raise NotFound(
                f"There is no session with the id {session_id!r}. "
                f"`helicone-otel sessions` lists those of {database}."
            )
        traces = sum(1 for _ in scope.traces(file.parts))
        with progress_shown("Repricing", traces) as advance:
            for trace in maintenance.reprice(file, implicit, scope, dry_run=dry_run):
                found.add(trace)
                advance(1)
    return Repriced(
        dry_run=dry_run,
        prices_before=dict(found.sources_before.most_common()),
        prices_now=price_source(),
        requests=found.requests,
        changed=found.changed,
        newly_priced=found.newly_priced,
        no_longer_priced=found.no_longer_priced,
        unpriced=found.unpriced,
        cost_before_usd=found.before_nano_usd / _NANO,
        cost_now_usd=found.after_nano_usd / _NANO,
    )


def told(repriced: Repriced) -> list[str]:
    """Return what to say to a person, line by line."""
    if not repriced.requests:
        return ["There is nothing to price: no request has usage but no cost of its emitter's."]
    before = ", ".join(f"{name} ({n:,})" for name, n in repriced.prices_before.items())
    would = "would cost" if repriced.dry_run else "cost"
    amounts = f"{cost_text(repriced.cost_now_usd)}, before {cost_text(repriced.cost_before_usd)}"
    lines = [
        f"Prices before: {before or 'none'}. Now: {repriced.prices_now}.",
        f"{counted(repriced.requests, 'request')} {would} {amounts}.",
        f"{repriced.changed:,} another amount, {repriced.newly_priced:,} newly priced.",
        f"{repriced.no_longer_priced:,} priced no longer, {repriced.unpriced:,} without a price.",
    ]
    return [*lines, "Nothing was changed: that was a dry run."] if repriced.dry_run else lines
