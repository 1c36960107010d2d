"""What is refused for now is tried again while its caller waits, and when it is not."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from anyio import to_thread

from helicone_otel.errors import ReaderDied, StoreUnavailable
from helicone_otel.receiver import Patience
from helicone_otel.receiver.export_threads import MAX_EXPORTS_AT_ONCE, run_export


class Refusing:
    """An export that fails; counts how often it was tried."""

    def __init__(
        self, error: StoreUnavailable, second_try: Callable[[], None] = lambda: None
    ) -> None:
        self.tries = 0
        self._error = error
        self._second_try = second_try

    def __call__(self) -> int:
        self.tries += 1
        if self.tries == 2:
            self._second_try()
        raise self._error


def tries_of(export: Refusing, patience: Patience, seconds_left: float | None) -> int:
    with pytest.raises(StoreUnavailable):
        asyncio.run(patience.try_for(export, 1, lambda: seconds_left))
    return export.tries


@pytest.mark.parametrize("seconds_left", [None, 0.0, 4.9])
def test_without_time_for_a_whole_try_the_caller_is_told_at_once(
    seconds_left: float | None,
) -> None:
    patience = Patience(try_seconds=3, stopping=threading.Event())
    assert tries_of(Refusing(StoreUnavailable("full")), patience, seconds_left) == 1


def test_it_gives_up_when_the_caller_s_time_is_over() -> None:
    left = iter([9.0, 5.0, 4.0])
    export = Refusing(StoreUnavailable("full"))
    patience = Patience(try_seconds=3, stopping=threading.Event())
    with pytest.raises(StoreUnavailable):
        asyncio.run(patience.try_for(export, 1, lambda: next(left)))
    assert export.tries == 3


def test_a_request_that_may_have_killed_its_reader_is_not_tried_again() -> None:
    patience = Patience(try_seconds=0, stopping=threading.Event())
    assert tries_of(Refusing(ReaderDied("died")), patience, 100) == 1


def test_it_gives_up_when_the_server_stops() -> None:
    stopping = threading.Event()
    export = Refusing(StoreUnavailable("full"), second_try=stopping.set)
    assert tries_of(export, Patience(try_seconds=0, stopping=stopping), 100) == 2


def test_what_a_call_held_is_free_for_the_next_one() -> None:
    patience = Patience(try_seconds=0, stopping=threading.Event())

    def refusing_once() -> Callable[[], str]:
        refusals = [StoreUnavailable("full")]

        def export() -> str:
            if refusals:
                raise refusals.pop()
            return "kept"

        return export

    async def run() -> list[str]:
        size = 40 * 1024 * 1024  # two of them are more than may be held
        return [await patience.try_for(refusing_once(), size, lambda: 100) for _ in range(2)]

    assert asyncio.run(run()) == ["kept", "kept"]


class Blocking:
    """Work that lasts until it is told to finish; it takes every thread there is."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.finish = threading.Event()
        self._all_taken = threading.Event()

    async def start(self) -> list[asyncio.Task[None]]:
        running = [asyncio.create_task(run_export(self)) for _ in range(MAX_EXPORTS_AT_ONCE)]
        assert await to_thread.run_sync(self._all_taken.wait, 20)
        return running

    def __call__(self) -> None:
        self.begun.append(1)
        if len(self.begun) == MAX_EXPORTS_AT_ONCE:
            self._all_taken.set()
        self.finish.wait(20)


def test_who_is_cancelled_leaves_its_thread_taken_until_the_work_is_done() -> None:
    work = Blocking()

    async def run() -> None:
        running = await work.start()
        waiting = asyncio.create_task(run_export(work))
        running[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await running[0]
        for _ in range(10):  # turns of the loop, and a thread besides, that another could start in
            await to_thread.run_sync(lambda: None)
        assert len(work.begun) == MAX_EXPORTS_AT_ONCE
        work.finish.set()
        await asyncio.gather(waiting, *running[1:])
        assert len(work.begun) == MAX_EXPORTS_AT_ONCE + 1

    asyncio.run(run())


def test_who_is_cancelled_while_waiting_for_a_thread_is_never_worked_for() -> None:
    work = Blocking()

    async def run() -> None:
        running = await work.start()
        waiting = asyncio.create_task(run_export(lambda: work.begun.append(2)))
        await asyncio.sleep(0)  # it is on its way
        waiting.cancel()
        work.finish.set()
        await asyncio.gather(*running)
        await run_export(lambda: work.begun.append(3))
        assert waiting.cancelled()

    asyncio.run(run())
    assert work.begun == [1] * MAX_EXPORTS_AT_ONCE + [3]


def test_an_unforeseen_error_is_logged_though_its_sender_has_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun, finish = threading.Event(), threading.Event()

    def fail() -> None:
        begun.set()
        finish.wait(20)
        raise ZeroDivisionError

    async def run() -> None:
        working = asyncio.create_task(run_export(fail))
        assert await to_thread.run_sync(begun.wait, 20)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        finish.set()
        for _ in range(MAX_EXPORTS_AT_ONCE):  # the last place is free once the work is done
            await run_export(lambda: None)
        while "ZeroDivisionError" not in caplog.text:
            await to_thread.run_sync(lambda: None)

    asyncio.run(asyncio.wait_for(run(), 20))
