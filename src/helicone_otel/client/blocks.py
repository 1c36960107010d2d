"""`session()` and `step()`: say in code what the work is, as `with` blocks or decorators."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextvars import Token
from functools import partial, wraps
from types import TracebackType
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from opentelemetry import context as otel_context
from opentelemetry.context import Context

from ..session_reference import MAX_NAME_BYTES, SessionReference, clean_text
from .current import NOTHING, current_session
from .entry import Entry, Opening, enter, leave
from .frame import frame_in
from .reports import report_failure
from .spoken import reference_said, text_said

P = ParamSpec("P")
R = TypeVar("R")


class Block:
    """A block to enter with `with` or `async with`, or to decorate a function with.

    It may be entered again, also while it is open, from any thread or task.
    """

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._open: dict[object, tuple[Entry, Token[Context]]] = {}

    def __enter__(self) -> SessionReference:
        """Return the session reference in force inside the block."""
        try:
            entry = enter(self._opening)
        except Exception as error:  # noqa: BLE001 - a broken tracer must not stop the work
            report_failure("Opening a span", error)
            return current_session() or NOTHING
        self._open[entry.frame.anchor] = entry, otel_context.attach(entry.context)
        return entry.frame.reference

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        entry = self._step_out()
        if entry is not None:
            leave(entry, error)

    async def __aenter__(self) -> SessionReference:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Run each call of *function* in a block of its own.

        If the call returns a coroutine, the block lasts until that has been awaited, as with an
        `async def`; a coroutine that nobody awaits leaves its span open. Tasks and other
        awaitables are returned as they are: callers do more with them than await them, and a task
        took the block's context along when it was created.

        Raises:
            TypeError: *function* is a generator function or no function. A generator runs in the
                context of whoever asks for the next item, so the block goes around the loop there.
        """
        _check_can_be_decorated(function)

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            block = Block(self._opening)
            with block:
                result = function(*args, **kwargs)
                if inspect.iscoroutine(result):
                    return cast("R", _finish(block._step_out(), result))
                return result

        @wraps(function)
        async def run_async(*args: P.args, **kwargs: P.kwargs) -> object:
            with Block(self._opening):
                return await cast("Callable[P, Awaitable[object]]", function)(*args, **kwargs)

        if _is(inspect.iscoroutinefunction, function):
            return cast("Callable[P, R]", run_async)
        return run

    def _step_out(self) -> Entry | None:
        """Leave the context of the entry that ends here, and return it."""
        # The context says which of the concurrent entries ends; a framework may leave a block in
        # another context than it was entered in, then it is the latest one.
        frame = frame_in(otel_context.get_current())
        ending = self._open.pop(frame.anchor, None) if frame is not None else None
        if ending is None and self._open:
            _, ending = self._open.popitem()
        if ending is None:
            return None
        entry, token = ending
        otel_context.detach(token)
        return entry


def session(
    name: str,
    *,
    id: str | UUID | None = None,  # noqa: A002 - Helicone's word
    user_id: str | None = None,
    properties: Mapping[str, object] | None = None,
    path: str | None = None,
) -> Block:
    """Say that the work inside is a session called *name*: one span, at path `/` or *path*.

    Without *id* the session is that of the trace. Inside another session and without *id*, that
    session stays, its id and its name, and this is a step called *name* in it. User and properties
    of enclosing blocks stay in force unless said anew.

    In a generator, put the block around the loop that consumes it, not around a `yield`: what runs
    between two items would be in the session too, and it stays in force where the loop is left
    early.
    """
    _check_name(name)
    says = reference_said(id=id, name=name, path=path, user_id=user_id, properties=properties)
    called = says.name or ""
    return Block(Opening(span_name=called or "session", piece=called, says=says, is_session=True))


def step(
    piece: str,
    *,
    properties: Mapping[str, object] | None = None,
    user_id: str | None = None,
    path: str | None = None,
) -> Block:
    """Say that the work inside is one step: one span, at the enclosing path plus *piece*.

    A `/` in *piece* makes levels; *path* replaces all of the path. Outside any session the step is
    in the session of its trace.
    In a generator, put the block around the loop that consumes it, as with `session`.
    """
    _check_name(piece)
    says = reference_said(path=path, user_id=user_id, properties=properties)
    called = clean_text(text_said(piece) or "", max_bytes=MAX_NAME_BYTES)
    return Block(Opening(span_name=called or "step", piece=called, says=says, is_session=False))


async def _finish(entry: Entry | None, work: Coroutine[object, object, R]) -> R:
    """Await *work* inside the block that it was made in, then close the block."""
    if entry is None:
        return await work
    token = otel_context.attach(entry.context)
    try:
        result = await work
    except BaseException as error:
        otel_context.detach(token)
        leave(entry, error)
        raise
    otel_context.detach(token)
    leave(entry, None)
    return result


def _check_name(name: object) -> None:
    if callable(name):
        raise TypeError("session() and step() take a name: write @session('name')")


def _check_can_be_decorated(function: object) -> None:
    if _is(inspect.isgeneratorfunction, function) or _is(inspect.isasyncgenfunction, function):
        raise TypeError(
            "session() and step() cannot decorate a generator function: it runs in the context of "
            "its consumer; put `with session(...)` around the loop that consumes it"
        )
    if inspect.isclass(function) or not callable(function):
        raise TypeError("session() and step() decorate functions only")


def _is(test: Callable[[object], bool], function: object) -> bool:
    """Apply *test* to what runs when *function* is called: partials and objects have it inside.

    Not to what a decorator wraps: it may well run a coroutine function to its end.
    """
    while isinstance(function, partial):
        function = function.func
    return test(function) or test(
        getattr(type(function), "__call__", None)  # noqa: B004 - what kind, not whether
    )
