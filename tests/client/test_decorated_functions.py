"""How long the block of a decorated function lasts: as long as the work, however it is called."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial, wraps

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from helicone_otel import current_session, session, step

pytestmark = pytest.mark.usefixtures("instrumented")
Work = Callable[[int], Awaitable[str | None]]


async def work(number: int) -> str | None:
    await asyncio.sleep(0)
    if number < 0:
        raise ValueError(number)
    with step(str(number)) as reference:
        return reference.path


class Worker:
    async def __call__(self, number: int) -> str | None:
        return await work(number)


def returning(number: int) -> Awaitable[str | None]:
    return work(number)


@wraps(work)
def wrapping(number: int) -> Awaitable[str | None]:
    return work(number)


every_spelling = pytest.mark.parametrize(
    "function",
    [work, Worker(), partial(work), partial(Worker()), returning, wrapping],
    ids=["async", "object", "partial", "partial object", "sync", "wrapper"],
)


@every_spelling
def test_the_block_lasts_until_the_work_is_done(
    function: Work, exporter: InMemorySpanExporter
) -> None:
    async def main() -> str | None:
        waiting = session("Chat", id="1")(function)(7)
        assert current_session() is None
        path = await waiting
        assert current_session() is None
        return path

    assert asyncio.run(main()) == "/7"
    inner, outer = exporter.get_finished_spans()
    assert (inner.name, outer.name) == ("7", "Chat")
    assert inner.parent == outer.get_span_context()


@every_spelling
def test_an_exception_of_awaited_work_passes_and_marks_the_span(
    function: Work, exporter: InMemorySpanExporter
) -> None:
    with pytest.raises(ValueError, match="-1"):
        asyncio.run(_awaited(session("Chat")(function)(-1)))
    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR


async def _awaited(waiting: Awaitable[object]) -> object:
    return await waiting


def test_each_await_has_its_own_session() -> None:
    async def main() -> list[str | None]:
        return list(await asyncio.gather(chat(), chat()))

    async def session_id() -> str | None:
        await asyncio.sleep(0)
        current = current_session()
        return None if current is None else current.id

    @session("Chat")
    def chat() -> Awaitable[str | None]:
        return session_id()

    one, other = asyncio.run(main())
    assert one != other


def test_a_wrapper_that_runs_its_coroutine_function_still_returns_the_result() -> None:
    @wraps(work)
    def running(number: int) -> str | None:
        return asyncio.run(_path(number))

    async def _path(number: int) -> str | None:
        return await work(number)

    assert session("Chat")(running)(7) == "/7"


def test_a_task_stays_a_task() -> None:
    async def main() -> None:
        task = session("Chat", id="1")(start)(7)
        assert isinstance(task, asyncio.Task)
        assert await task == "/7"

    def start(number: int) -> "asyncio.Task[str | None]":
        return asyncio.create_task(work(number))

    asyncio.run(main())


def test_a_decorated_coroutine_function_is_one() -> None:
    assert inspect.iscoroutinefunction(session("Chat")(partial(work)))
    assert inspect.iscoroutinefunction(session("Chat")(Worker()))


def items() -> Iterator[int]:
    yield 1


async def async_items() -> AsyncIterator[int]:
    yield 1


class Items:
    def __call__(self) -> Iterator[int]:
        yield 1


@pytest.mark.parametrize("function", [items, async_items, partial(items), Items()])
def test_generator_functions_are_refused(function: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="cannot decorate a generator"):
        session("Chat")(function)


@pytest.mark.parametrize("function", [Items, 5], ids=["class", "number"])
def test_what_is_no_function_is_refused(function: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="decorate functions only"):
        session("Chat")(function)
