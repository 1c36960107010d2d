"""Pass a response's stream on unchanged, and tell a listener what comes by."""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any, Protocol

_BASES = {"SyncByteStream", "AsyncByteStream"}


class Listener(Protocol):
    """Told of a stream as it passes; its methods never raise."""

    def add(self, chunk: bytes) -> None: ...
    def finish(self) -> None:
        """Hear that nothing more will come; may be told again."""

    def fail(self, error: BaseException) -> None: ...


class HttpResponse(Protocol):
    """The response of httpx and httpx2, seen without importing either."""

    stream: Any
    """Of a type that only the library knows."""

    @property
    def is_stream_consumed(self) -> bool: ...
    @property
    def content(self) -> bytes: ...


def listen(response: HttpResponse, listener: Listener) -> None:
    """Tell *listener* what is read of *response*, or what it has been made of already.

    Raises:
        TypeError: the stream is of an unknown make; nothing has changed.
    """
    if response.is_stream_consumed:
        listener.add(response.content)
        listener.finish()
        return
    stream = response.stream
    response.stream = _listening_type(stream.__class__)(stream, listener)


@lru_cache(maxsize=64)
def _listening_type(kind: type) -> Any:  # noqa: ANN401 - made while running
    """Return a type of stream that the library of *kind* takes for one of its own."""
    base = next((base for base in kind.__mro__ if base.__name__ in _BASES), None)
    if base is None:
        raise TypeError(f"{kind.__name__} is no stream of httpx or httpx2")
    mixin = _Sync if base.__name__ == "SyncByteStream" else _Async
    return type("ListenedStream", (mixin, base), {})


class _Listened:
    def __init__(self, stream: Any, listener: Listener) -> None:  # noqa: ANN401 - the library's
        self._stream = stream
        self._listener = listener

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the library asks it for
        return getattr(self.__dict__["_stream"], name)

    def __del__(self) -> None:
        # Without a listener it was never made whole.
        if "_listener" in self.__dict__:
            self._listener.finish()


class _Sync(_Listened):
    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._stream:
                self._listener.add(chunk)
                yield chunk
        except Exception as error:
            self._listener.fail(error)
            raise
        self._listener.finish()

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._listener.finish()


class _Async(_Listened):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                self._listener.add(chunk)
                yield chunk
        except Exception as error:
            self._listener.fail(error)
            raise
        self._listener.finish()

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._listener.finish()
