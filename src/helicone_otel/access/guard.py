"""What every HTTP request passes before anything else looks at it."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .areas import Area, AreaMap
from .gate import Gate
from .hosts import HostNames
from .origins import Origins, answer_headers, is_foreign_write, is_preflight, preflight_headers
from .refusal import Refusal

Count = Callable[[str, int], None]
"""Told the area's name and the status of every answer."""

_SHOWN_CHARS = 200


class Guard:
    """ASGI middleware: host, origin, token, in this order; the route says no in its own shape."""

    def __init__(  # noqa: PLR0913 - the framework passes each by name
        self,
        app: ASGIApp,
        *,
        hosts: HostNames,
        origins: Origins,
        gate: Gate,
        areas: AreaMap,
        count: Count,
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = origins
        self._gate = gate
        self._areas = areas
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, headers = scope["method"], Headers(scope=scope)
        area = self._areas.area_of(method, scope["path"])
        send = self._counting(send, area)
        page = self._listed_page(headers, area)
        if refusal := self._wrong_host(headers) or _foreign_write(method, headers, page):
            await area.refuse(refusal, headers)(scope, receive, send)
            return
        if page:
            send = _with_headers(send, answer_headers(page))
        answer = self._answer_of(method, headers, area, page)
        await answer(scope, receive, send)

    def _answer_of(self, method: str, headers: Headers, area: Area, page: str | None) -> ASGIApp:
        if page and is_preflight(method, headers):  # browsers send no token with it
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=preflight_headers())
        if not area.needs:
            return self._app
        refusal = self._gate.refusal(headers.get("authorization"), area.needs)
        return area.refuse(refusal, headers) if refusal else self._app

    def _counting(self, send: Send, area: Area) -> Send:
        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(area.name, message["status"])
            await send(message)

        return send_and_count

    def _listed_page(self, headers: Headers, area: Area) -> str | None:
        """Return the origin of the page that makes the request, if it may send telemetry."""
        origin = headers.get("origin")
        return origin if area.takes_telemetry and self._origins.include(origin) else None

    def _wrong_host(self, headers: Headers) -> Refusal | None:
        names = headers.getlist("host")
        if len(names) == 1 and self._hosts.include(names[0]):
            return None
        shown = ", ".join(names)[:_SHOWN_CHARS] or "missing"
        return Refusal(
            status=HTTPStatus.MISDIRECTED_REQUEST,
            message=f"the Host header is {shown!r}, which is no name of this server: if it should "
            "be one, start it with --allow-host NAME",
        )


def _foreign_write(method: str, headers: Headers, page: str | None) -> Refusal | None:
    if page or not is_foreign_write(method, headers):
        return None
    return Refusal(
        status=HTTPStatus.FORBIDDEN,
        message=f"a page of {headers['origin'][:_SHOWN_CHARS]!r} may not write here: if it is to "
        "send telemetry, start the server with --allow-origin ORIGIN",
    )


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return send_with_headers
