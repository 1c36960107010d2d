"""Trace ids and session ids: both are 128 bits, so one can name the other."""

from collections.abc import Iterable


def session_id_of_trace(trace_id: str) -> str:
    """Return the session id of a trace that names none: its 32 hex digits printed as a UUID."""
    parts = (trace_id[:8], trace_id[8:12], trace_id[12:16], trace_id[16:20], trace_id[20:])
    return "-".join(parts)


def is_implicit(session_id: str, trace_id: str) -> bool:
    """Tell whether *session_id* only repeats *trace_id*, and so says nothing of its own."""
    # Asked of every span; nearly all answers are in the first digits.
    return session_id[:8] == trace_id[:8] and session_id == session_id_of_trace(trace_id)


def request_id_of_span(trace_id: str, span_id: str) -> str:
    """Return the request id of a call that names none: a UUID (version 8) of the span's two ids.

    It has the whole span id and 56 bits of the trace id, and is the same every time.
    """
    spread = (trace_id[:8], span_id[:4], "8" + trace_id[8:11], "8" + trace_id[11:14], span_id[4:])
    return "-".join(spread)


def derived_trace_id(session_id: str, trace_ids: Iterable[str]) -> str:
    """Return the trace id under which a whole session is shown as one trace (32 hex digits).

    It is the id's own trace if the id is the UUID of one of *trace_ids*, else the first 16 bytes
    of the SHA-256 of the id.
    """
    for trace_id in trace_ids:
        if is_implicit(session_id, trace_id):
            return trace_id
    import hashlib  # noqa: PLC0415 - the client never needs it, and it is slow to import

    return hashlib.sha256(session_id.encode()).hexdigest()[:32]
