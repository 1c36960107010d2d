"""HTTP connections that nobody can hold for nothing: time limits, a limit of heads, of numbers."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..settings import ConnectionLimits


class HttpConnection(HttpToolsProtocol):
    """uvicorn's connection with one clock, set anew for each thing that it waits for."""

    limits: ConnectionLimits
    busy: ASGIApp
    """Answers instead of the application when there are too many connections."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._clock: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._head_is_coming = False
        self._body_is_coming = False
        self._had_a_request = False
        self._is_ending = False
        count = len(self.connections)
        if count > 2 * self.limits.max_connections:
            transport.abort()
            return
        if count > self.limits.max_connections:
            self.app = self.busy
        self._expect(self.limits.head_seconds, self._give_up_request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._body_is_coming:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > self.limits.max_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_is_coming = True
        self._expect(self.limits.head_seconds, self._give_up_request)

    def on_headers_complete(self) -> None:
        self._head_bytes = 0
        self._head_is_coming = False
        self._body_is_coming = True
        self._expect(self.limits.body_seconds, self._give_up_request)
        super().on_headers_complete()
        self._had_a_request = True
        if self._is_ending:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._body_is_coming = False
        self._stop_clock()
        super().on_message_complete()
        if self.cycle.response_complete:
            self._expect_next_request()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._body_is_coming and not self.pipeline:
            self._expect_next_request()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect(self.limits.response_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_clock()
        if self.cycle.response_complete:
            self._expect_next_request()

    def shutdown(self) -> None:
        """Answer what is asked, also what is on its way now, and close."""
        self._is_ending = True
        if self._body_is_coming or not self._may_answer():
            super().shutdown()
        else:
            self._expect(self.limits.farewell_seconds, self._give_up_request)

    def timeout_keep_alive_handler(self) -> None:
        self.transport.abort()  # `close` would wait for a reader that is gone

    def _expect_next_request(self) -> None:
        if self.transport.is_closing():  # what is written must still be read
            self._expect(self.limits.response_seconds, self.transport.abort)
        elif self._head_is_coming:  # it came behind the request that was just answered
            self._expect(self.limits.head_seconds, self._give_up_request)
        else:
            self._expect(self.limits.idle_seconds, self.transport.abort)

    def _expect(self, seconds: float, give_up: Callable[[], object]) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(seconds, give_up)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _give_up_request(self) -> None:
        if self._head_is_coming or self._body_is_coming:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer, unless the application has begun to, and close."""
        self._head_bytes = 0
        if self._may_answer():
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            self.transport.write(f"{head}content-length: 0\r\nconnection: close\r\n\r\n".encode())
        self.transport.close()
        self._expect(self.limits.response_seconds, self.transport.abort)

    def _may_answer(self) -> bool:
        if self._body_is_coming:  # the cycle is this request's, else that of the one before
            return not self.cycle.response_started
        return not self._had_a_request or self.cycle.response_complete


def connections_within(limits: ConnectionLimits, busy: ASGIApp) -> type[HttpConnection]:
    """Return the protocol class for uvicorn, which builds one for each connection."""
    members = {"limits": limits, "busy": staticmethod(busy)}
    return type("LimitedHttpConnection", (HttpConnection,), members)
