"""Remove resources and scopes that nothing has any more."""

import json
import sqlite3

from .statements import sql


def forget_unused_origins(connection: sqlite3.Connection) -> None:
    """Remove them; it reads the whole file, but keeps it locked for a moment only."""
    _forget(
        connection,
        "forget_origins",
        last="SELECT max(part_id) FROM trace_part",
        known="SELECT id FROM origin",
        used="SELECT DISTINCT used.value FROM trace_part, json_each(trace_part.origins) AS used",
    )
    _forget(
        connection,
        "forget_log_origins",
        last="SELECT max(id) FROM log_record",
        known="SELECT id FROM log_origin",
        used="SELECT DISTINCT origin_id FROM log_record",
    )


def _forget(
    connection: sqlite3.Connection, statement: str, *, last: str, known: str, used: str
) -> None:
    (looked_through,) = connection.execute(last).fetchone()
    unused = _ids(connection, known) - _ids(connection, used)
    connection.execute(
        sql(statement),
        {"unused": json.dumps(list(unused)), "looked_through": looked_through or 0},
    )


def _ids(connection: sqlite3.Connection, query: str) -> set[int]:
    return {row_id for (row_id,) in connection.execute(query)}
