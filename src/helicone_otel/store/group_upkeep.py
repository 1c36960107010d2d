"""Keep the sums of session groups, behind the acknowledgement.

What changed since the last step is stale, and questions sum it anew: answers are right whether or
not a step was taken, and only their speed depends on it.
"""

import json
import sqlite3
from functools import cache
from string import Template

from .statements import sql, statements

_STEP, _LONGEST_STEP = 50, 200
"""Sessions: some ten milliseconds, for which spans wait."""
_STEPS_BEHIND = 10


def group_step(behind: int) -> int:
    """Return how many sessions to keep at once if so many are *behind*.

    The more there are the more are kept, so that under load questions find some hundreds to sum.
    """
    return min(max(_STEP, behind // _STEPS_BEHIND), _LONGEST_STEP)


def keep_groups(connection: sqlite3.Connection, *, max_sessions: int) -> int:
    """Sum the groups of up to *max_sessions* changed sessions; return how many there were.

    *connection* must know the function `casefold`, and be in a transaction.
    """
    changed = connection.execute(
        "SELECT change_id, session_id FROM session_change"
        " WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'groups')"
        " ORDER BY change_id LIMIT ?",
        (max_sessions,),
    ).fetchall()
    if changed:
        session_ids = json.dumps([session_id for _, session_id in changed])
        for statement in _statements():
            connection.execute(statement, {"session_ids": session_ids})
        last_change_id = changed[-1][0]
        connection.execute(
            "UPDATE upkeep SET through_change_id = ? WHERE name = 'groups'", (last_change_id,)
        )
    return len(changed)


@cache
def _statements() -> list[str]:
    script = Template(sql("keep_groups")).substitute(requests=sql("requests"))
    return list(statements(script))
