"""Routes by what they need."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from re import Pattern

from fastapi import APIRouter, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers

from .refusal import Refusal
from .scopes import Scope

Refuse = Callable[[Refusal, Headers], Response]
"""Says no in the shape that the senders to these routes know; given the request's headers."""


@dataclass(frozen=True, slots=True)
class Area:
    """Routes that need the same scope and say no in the same shape."""

    router: APIRouter
    _: KW_ONLY
    needs: frozenset[Scope]
    """One of these will do; with none, no token is asked for."""
    refuse: Refuse

    @property
    def name(self) -> str:
        """The scope; `none` or `any` if there is not one."""
        match sorted(self.needs):
            case []:
                return "none"
            case [scope]:
                return scope
            case _:
                return "any"

    @property
    def takes_telemetry(self) -> bool:
        return self.needs == {Scope.INGEST}


class AreaMap:
    """Finds the area of a request as the router will find its route: the first that matches."""

    def __init__(
        self, areas: Sequence[Area], *, needed_elsewhere: frozenset[Scope], refuse_elsewhere: Refuse
    ) -> None:
        self._routes = list(_routes(areas))
        self._elsewhere = Area(APIRouter(), needs=needed_elsewhere, refuse=refuse_elsewhere)

    def area_of(self, method: str, path: str) -> Area:
        """Return the area of the route, or of one of another method on that path."""
        same_path: Area | None = None
        for pattern, methods, area in self._routes:
            if pattern.match(path):
                if method in methods:
                    return area
                same_path = same_path or area
        return same_path or self._elsewhere


def _routes(areas: Sequence[Area]) -> Iterator[tuple[Pattern[str], frozenset[str], Area]]:
    for area in areas:
        for route in area.router.routes:
            if not isinstance(route, APIRoute):
                raise TypeError(f"{route!r} is no APIRoute, so nobody knows what it needs")
            yield route.path_regex, frozenset(route.methods or ()), area
