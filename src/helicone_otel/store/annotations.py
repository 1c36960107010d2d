"""What people say about requests and sessions; kept beside what is derived, and never derived."""

import sqlite3

from ..session_reference import property_lookup_key, property_name


def tag_session(connection: sqlite3.Connection, *, session_id: str, tag: str, now_ns: int) -> None:
    """Give a session, known or not, its latest tag; the earlier ones stay in its history."""
    connection.execute(
        "INSERT INTO session_tag (session_id, tag, written_ns) VALUES (?, ?, ?)",
        (session_id, tag, now_ns),
    )


def set_property(connection: sqlite3.Connection, *, request_id: str, name: str, value: str) -> None:
    """Give a request a property over what its span says."""
    key = _known_spelling(connection, request_id, property_name(name))
    connection.execute(
        "INSERT OR REPLACE INTO request_property VALUES (?, ?, ?)", (request_id, key, value)
    )
    connection.execute(
        "INSERT OR REPLACE INTO session_change (session_id)"
        " SELECT DISTINCT session_id FROM llm_request WHERE request_id = ?",
        (request_id,),
    )


def score_request(
    connection: sqlite3.Connection, *, request_id: str, scores: dict[str, float]
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO request_score VALUES (?, ?, ?)",
        [(request_id, name, value) for name, value in scores.items()],
    )


def _known_spelling(connection: sqlite3.Connection, request_id: str, name: str) -> str:
    """Return the name as the request has it already, so that it does not have it twice."""
    spellings = connection.execute(
        "SELECT key FROM request_property WHERE request_id = :request_id UNION ALL"
        " SELECT said.key FROM llm_request, json_each(properties) AS said"
        " WHERE request_id = :request_id",
        {"request_id": request_id},
    )
    wanted = property_lookup_key(name)
    return next((key for (key,) in spellings if property_lookup_key(key) == wanted), name)
