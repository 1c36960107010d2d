"""Trace ids and session ids: both are 128 bits, so one can name the other."""

import hashlib
from collections.abc import Iterable


def session_id_of_trace(trace_id: str) -> str:
    """Return the session id of a trace that names none: its 32 hex digits printed as a UUID."""
    parts = (trace_id[:8], trace_id[8:12], trace_id[12:16], trace_id[16:20], trace_id[20:])
    return "-".join(parts)


def is_implicit(session_id: str, trace_id: str) -> bool:
    """Tell whether *session_id* only repeats *trace_id*, and so says nothing of its own."""
    return session_id == session_id_of_trace(trace_id)


def derived_trace_id(session_id: str, trace_ids: Iterable[str]) -> str:
    """Return the trace id under which a whole session is shown as one trace (32 hex digits).

    It is the id's own trace if the id is the UUID of one of *trace_ids*, else the first 16 bytes
    of the SHA-256 of the id.
    """
    for trace_id in trace_ids:
        if is_implicit(session_id, trace_id):
            return trace_id
    return hashlib.sha256(session_id.encode()).hexdigest()[:32]
