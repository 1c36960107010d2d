"""Stop a question that takes too long."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import TookTooLong

_INSTRUCTIONS = 100_000
"""How often the clock is looked at: about a millisecond of SQLite's work.

To look at it SQLite's thread needs the interpreter, for which it may have to wait milliseconds
while spans come in.
"""


@contextmanager
def time_limit(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Let the statements in the block run for so long altogether.

    Raises:
        TookTooLong: they would have taken longer.
    """
    ends = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > ends), _INSTRUCTIONS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        raise TookTooLong(
            f"The question took longer than {seconds:g} s and was stopped. Ask about less: a "
            "shorter time, a name, a user or a property, fewer conditions on single requests."
        ) from error
    finally:
        connection.set_progress_handler(None, 0)
