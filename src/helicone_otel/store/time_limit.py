"""Stop a question that takes too long."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import TookTooLong

_INSTRUCTIONS = 100_000
"""How often a statement looks at the clock: about once in a millisecond of SQLite's work.

For that SQLite needs the interpreter, and may wait milliseconds for it while spans come in.
"""


class Deadline:
    """Until when a question may be worked on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def is_over(self) -> bool:
        return time.monotonic() >= self._ends

    def check(self) -> None:
        """Raise if it is over.

        Raises:
            TookTooLong: it is.
        """
        if self.is_over():
            raise self.passed()

    def passed(self) -> TookTooLong:
        return TookTooLong(
            f"The question took longer than {self._seconds:g} s and was stopped. Ask about less: a "
            "shorter time, a name, a user or a property, fewer conditions on single requests."
        )


@contextmanager
def time_limit(connection: sqlite3.Connection, seconds: float) -> Iterator[Deadline]:
    """Let the statements in the block run for so long altogether.

    One statement is stopped in the middle; who runs many short ones checks between them.

    Raises:
        TookTooLong: they would have taken longer.
    """
    deadline = Deadline(seconds)
    connection.set_progress_handler(lambda: int(deadline.is_over()), _INSTRUCTIONS)
    try:
        yield deadline
    except sqlite3.OperationalError as error:
        # The module's own errors have no code.
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
            raise
        raise deadline.passed() from error
    finally:
        connection.set_progress_handler(None, 0)
