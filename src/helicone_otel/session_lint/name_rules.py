"""Advice on names: one for a kind of workflow, readable, the same all along."""

from collections.abc import Iterator

from .findings import Finding, InspectedSession, finding
from .unstable_words import has_id, has_timestamp

_GENERIC = frozenset(
    {
        *("session", "sessions", "my session", "my-session", "default", "test", "untitled"),
        *("unknown", "unnamed", "name", "request", "requests", "workflow", "agent", "app", "chat"),
        "main",
    }
)
_NUMBERED = "0123456789#-_. "
_NAME_THE_WORKFLOW = "Name the kind of work, such as Customer Support; ids belong in properties."


def name_findings(session: InspectedSession) -> Iterator[Finding]:
    names = names_of(session)
    yield from finding(
        "id-in-name",
        (name for name in names if has_id(name) or _is_numbered(name)),
        message="Names hold ids or numbers, so sessions of the same workflow do not group.",
        fix=_NAME_THE_WORKFLOW,
    )
    yield from finding(
        "timestamp-in-name",
        (name for name in names if has_timestamp(name)),
        message="Names hold dates or times, so sessions of the same workflow do not group.",
        fix="Leave the time out; every session has its start.",
    )
    yield from finding(
        "generic-name",
        (name for name in names if name.strip().lower() in _GENERIC),
        message="The name says nothing about the work.",
        fix=_NAME_THE_WORKFLOW,
    )


def names_of(session: InspectedSession) -> list[str]:
    """Return the names that its requests were given, each once, in their order."""
    said = (request.session_name for request in session.requests)
    return list(dict.fromkeys(name for name in said if name))


def _is_numbered(name: str) -> bool:
    """Tell whether a number ends the name: `Chat 17`, `run-3`."""
    words = name.rstrip("0123456789")
    return words != name and words[-1:] in tuple(_NUMBERED)
