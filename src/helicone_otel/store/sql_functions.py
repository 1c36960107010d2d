"""What our SQL calls that SQLite does not have."""

import sqlite3

from ..session_reference import derived_trace_id, session_id_of_trace
from .packed_times import CoveredTime
from .search_upkeep import ReadTexts
from .stored_traces import received_calls


def add_functions(connection: sqlite3.Connection) -> None:
    for name, function in _FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)
    connection.create_aggregate("covered_ns", 1, CoveredTime)  # type: ignore[arg-type] # of bytes


def add_span_text(connection: sqlite3.Connection, read_texts: ReadTexts | None) -> None:
    """Let SQL look into the content of spans, which takes long; without *read_texts* it is none."""

    def span_text(trace_id: str, span_id: str) -> str:
        found = next(received_calls(connection, trace_id, (span_id,)), None)
        return read_texts([found])[0] if read_texts and found else ""

    connection.create_function("span_text", 2, span_text, deterministic=True)


def _casefold(text: str) -> str:
    return text.casefold()


def _hashed_trace_id(session_id: str) -> str:
    return derived_trace_id(session_id, ())


_FUNCTIONS = {
    "casefold": _casefold,
    "hashed_trace_id": _hashed_trace_id,
    "uuid_of_trace": session_id_of_trace,
}
