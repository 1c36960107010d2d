"""What is in the file, from afar: names, properties, totals."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ..query import SessionQueries
from .api_route import ApiRoute
from .session_bodies import iso_time

_NANO, _MILLI = 1_000_000_000, 1_000_000


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NameUse(_Body):
    name: str
    sessions: int
    requests: int
    average_latency_ms: float
    first_used: str
    last_used: str


class NameList(_Body):
    names: list[NameUse]
    """The last used first, at most 1,000."""


class PropertyUse(_Body):
    name: str
    """As it is looked up: `_` is written `-`."""
    values: list[str]
    """The first 20 in their order."""


class PropertyList(_Body):
    properties: list[PropertyUse]


class Stats(_Body):
    """Totals over all sessions."""

    sessions: int
    failed_sessions: int
    traces: int
    spans: int
    requests: int
    failed_requests: int
    unpriced_requests: int
    cost_usd: float
    prompt_tokens: int
    completion_tokens: int
    first_started_at: str | None
    last_started_at: str | None
    unsearched_sessions: int
    """Changed sessions in whose messages `search` finds nothing yet."""


def overview_router(queries: SessionQueries) -> APIRouter:
    router = APIRouter(prefix="/api", route_class=ApiRoute, tags=["sessions"])

    @router.get("/names")
    def list_names() -> NameList:
        """List the names that sessions have."""
        return NameList(
            names=[
                NameUse(
                    name=use.name,
                    sessions=use.sessions,
                    requests=use.requests,
                    average_latency_ms=use.latency_ns / use.requests / _MILLI,
                    first_used=iso_time(use.first_start_ns),
                    last_used=iso_time(use.last_start_ns),
                )
                for use in queries.list_all_names()
            ]
        )

    @router.get("/properties")
    def list_properties() -> PropertyList:
        """List the properties that requests have."""
        found = queries.list_properties()
        return PropertyList(
            properties=[PropertyUse(name=name, values=values) for name, values in found.items()]
        )

    @router.get("/stats")
    def get_stats() -> Stats:
        """Return sums over everything that is stored."""
        stats = queries.get_totals()
        return Stats(
            sessions=stats.sessions,
            failed_sessions=stats.failed_sessions,
            traces=stats.traces,
            spans=stats.spans,
            requests=stats.requests,
            failed_requests=stats.failed_requests,
            unpriced_requests=stats.unpriced_requests,
            cost_usd=stats.cost_nano_usd / _NANO,
            prompt_tokens=stats.input_tokens,
            completion_tokens=stats.output_tokens,
            first_started_at=None if stats.first_ns is None else iso_time(stats.first_ns),
            last_started_at=None if stats.last_ns is None else iso_time(stats.last_ns),
            unsearched_sessions=stats.unsearched_sessions,
        )

    return router
