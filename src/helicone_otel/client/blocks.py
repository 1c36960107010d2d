"""`session()` and `step()`: say in code what the work is, as `with` blocks or decorators."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Token
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from opentelemetry import context as otel_context
from opentelemetry.context import Context

from ..session_reference import SessionReference
from ..session_reference.reference import MAX_NAME_BYTES
from ..session_reference.text import clean_text
from .current import NOTHING, current_session
from .entry import Entry, Opening, enter, leave
from .reports import report_failure
from .scope import scope_in

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
        self._open[entry.scope.anchor] = entry, otel_context.attach(entry.context)
        return entry.scope.reference

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # The context says which of the concurrent entries ends; a framework may leave a block in
        # another context than it was entered in, then it is the latest one.
        scope = scope_in(otel_context.get_current())
        ending = self._open.pop(scope.anchor, None) if scope is not None else None
        if ending is None and self._open:
            _, ending = self._open.popitem()
        if ending is not None:
            entry, token = ending
            otel_context.detach(token)
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

        Raises:
            TypeError: *function* is a generator function or no function. A generator runs in the
                context of whoever asks for the next item, so the block goes around the loop there.
        """
        _check_can_be_decorated(function)

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with Block(self._opening):
                return function(*args, **kwargs)

        @wraps(function)
        async def run_async(*args: P.args, **kwargs: P.kwargs) -> object:
            with Block(self._opening):
                return await cast("Callable[P, Awaitable[object]]", function)(*args, **kwargs)

        if inspect.iscoroutinefunction(function):
            return cast("Callable[P, R]", run_async)
        return run


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
    """
    says = _reference(id=id, name=name, path=path, user_id=user_id, properties=properties)
    return Block(Opening(span_name=says.name or "session", says=says, is_session=True))


def step(
    piece: str, *, properties: Mapping[str, object] | None = None, user_id: str | None = None
) -> Block:
    """Say that the work inside is one step: one span, at the enclosing path plus *piece*.

    A `/` in *piece* makes levels. Outside any session the step is in the session of its trace.
    """
    says = _reference(user_id=user_id, properties=properties)
    name = clean_text(_name(piece), max_bytes=MAX_NAME_BYTES)
    return Block(Opening(span_name=name or "step", says=says, is_session=False))


def _reference(
    *,
    id: str | UUID | None = None,  # noqa: A002 - Helicone's word
    name: str | None = None,
    path: str | None = None,
    user_id: str | None = None,
    properties: Mapping[str, object] | None = None,
) -> SessionReference:
    return SessionReference.of(
        id=None if id is None else str(id),
        name=None if name is None else _name(name),
        path=None if path is None else str(path),
        user_id=None if user_id is None else str(user_id),
        properties={str(k): str(v) for k, v in (properties or {}).items() if v is not None},
    )


def _name(name: object) -> str:
    if callable(name):
        raise TypeError("session() and step() take a name: write @session('name')")
    return str(name)


def _check_can_be_decorated(function: object) -> None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(
            "session() and step() cannot decorate a generator function: it runs in the context of "
            "its consumer; put `with session(...)` around the loop that consumes it"
        )
    if inspect.isclass(function) or not callable(function):
        raise TypeError("session() and step() decorate functions only")
