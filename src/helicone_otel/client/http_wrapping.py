"""Wrap the one method of httpx and httpx2 through which every request goes, hop by hop."""

from collections.abc import Awaitable, Callable
from functools import wraps
from types import ModuleType
from typing import Any

import wrapt

from .http_calls import HttpCalls
from .injection import HttpRequest
from .reports import report_failure, warn_once

LIBRARIES = ("httpx", "httpx2")

_SYNC = (("Client", "_send_single_request"), ("HTTPTransport", "handle_request"))
_ASYNC = (("AsyncClient", "_send_single_request"), ("AsyncHTTPTransport", "handle_async_request"))


class HttpWrapping:
    """Owns the wrappers it put into the libraries; switched off for good by `remove`."""

    def __init__(self, calls: HttpCalls) -> None:
        self._calls = calls
        self._active = True
        self._wrapped: list[tuple[type, str, object, object]] = []

    def install(self) -> None:
        """Wrap each library now if it is imported, else as soon as the application imports it."""
        for name in LIBRARIES:
            wrapt.register_post_import_hook(self.wrap_library, name)

    def wrap_library(self, library: ModuleType) -> None:
        """Wrap the clients of *library*, a module shaped like httpx. Never raises."""
        if not self._active:
            return
        try:
            self._wrap_first(library, _SYNC, self._around_sync)
            self._wrap_first(library, _ASYNC, self._around_async)
        except Exception as error:  # noqa: BLE001 - it would fail the application's import
            report_failure(f"Wrapping {library.__name__}", error)

    def remove(self) -> None:
        """Put the original methods back.

        Where someone else wrapped ours, it stays in place and only passes calls on.
        """
        self._active = False
        for owner, name, original, wrapper in reversed(self._wrapped):
            if vars(owner).get(name) is wrapper:
                setattr(owner, name, original)
        self._wrapped.clear()

    def _wrap_first(
        self,
        library: ModuleType,
        candidates: tuple[tuple[str, str], ...],
        around: Callable[[Callable[..., Any]], object],
    ) -> None:
        """Wrap the first method there is.

        The transport's is public but misses custom transports; wrapping `Client.send` instead would
        carry the headers along redirects to other hosts.
        """
        for position, (class_name, name) in enumerate(candidates):
            owner: type | None = getattr(library, class_name, None)
            if owner is None or (original := vars(owner).get(name)) is None:
                continue
            if position:
                warn_once(
                    f"{library.__name__} has no {'.'.join(candidates[0])}: session headers are"
                    f" added in {class_name}.{name}, so not with other transports"
                )
            wrapper = around(original)
            setattr(owner, name, wrapper)
            self._wrapped.append((owner, name, original, wrapper))
            return
        warn_once(f"{library.__name__} is of an unknown make: its calls get no session headers")

    def _around_sync(self, original: Callable[..., object]) -> object:
        # A plain function: wrapt's wrappers alone take a tenth of what a call may cost.
        @wraps(original)
        def send(sender: object, request: HttpRequest, *args: object, **kwargs: object) -> object:
            call = self._calls.begin(request) if self._active else None
            if call is None:
                return original(sender, request, *args, **kwargs)
            try:
                response = original(sender, request, *args, **kwargs)
            except BaseException as error:
                self._calls.fail(call, error)
                raise
            self._calls.answer(call, response)
            return response

        return send

    def _around_async(self, original: Callable[..., Awaitable[object]]) -> object:
        @wraps(original)
        async def send(
            sender: object, request: HttpRequest, *args: object, **kwargs: object
        ) -> object:
            call = self._calls.begin(request) if self._active else None
            if call is None:
                return await original(sender, request, *args, **kwargs)
            try:
                response = await original(sender, request, *args, **kwargs)
            except BaseException as error:
                self._calls.fail(call, error)
                raise
            self._calls.answer(call, response)
            return response

        return send
