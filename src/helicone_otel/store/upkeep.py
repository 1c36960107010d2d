"""Work behind the acknowledgement, in small steps between those of the writer."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence

from ..errors import StoreUnavailable

Step = Callable[[sqlite3.Connection], object]
"""Change a little inside a transaction of the writer's; spans wait meanwhile."""
Task = Callable[[], Iterator[Step]]
"""Look for what there is to do, on a thread where nobody waits; yield it in steps."""

_REST_SECONDS = 0.1
"""How long after a step spans come first, if there are any."""

log = logging.getLogger(__name__)


class Upkeep:
    """Run tasks by themselves until closed; `finish` does what is there to do at once.

    *prompt* ones go on while spans are coming, *patient* ones wait until none is.
    """

    def __init__(
        self,
        change: Callable[[Step], object],
        *,
        prompt: Sequence[Task],
        patient: Sequence[Task],
        is_busy: Callable[[], bool],
        pause_s: float,
    ) -> None:
        self._change = change
        self._prompt = prompt
        self._patient = patient
        self._is_busy = is_busy
        self._pause_s = pause_s
        self._one_at_a_time = threading.Lock()
        self._is_failing = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="helicone-otel-upkeep", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Return when there is nothing left to do.

        Raises:
            StoreUnavailable: the file cannot be written now.
        """
        with self._one_at_a_time:
            for task in (*self._prompt, *self._patient):
                for step in task():
                    self._change(step)

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.wait(self._pause_s):
            try:
                with self._one_at_a_time:
                    self._work()
            except StoreUnavailable:
                continue  # whoever sends spans is told
            except Exception:
                if not self._is_failing:  # it is tried again, and fails the same way
                    log.exception("upkeep failed: questions stay right, but get slower")
                self._is_failing = True
            else:
                self._is_failing = False

    def _work(self) -> None:
        for step in self._steps():
            self._change(step)
            if self._closing.wait(_REST_SECONDS if self._is_busy() else 0):
                return

    def _steps(self) -> Iterator[Step]:
        for task in self._prompt:
            yield from task()
        for task in self._patient:
            for step in task():
                if self._is_busy():
                    return
                yield step
