"""Advice on ids: a new one for each run, the same one for all of it, on every span of it."""

import re
from collections.abc import Iterator, Sequence

from ..model import LlmRequest, Role
from ..session_reference import is_implicit
from .findings import Finding, InspectedSession, finding
from .name_rules import names_of
from .unstable_words import is_random

_DAY_NS = 24 * 3600 * 10**9
_OBJECT = re.compile(r"\[object .*\]|\{.*\}|\[.*\]|<.*>", re.DOTALL)
"""How JavaScript, JSON and Python write an object that somebody takes for a text."""


def grouping_findings(session: InspectedSession) -> Iterator[Finding]:
    runs = _runs_by_name(session.requests)
    is_reused = len(runs) > 1 and len(runs) == len(names_of(session)) and _is_over_traces(runs)
    yield from finding(
        "reused-session-id",
        (f"{name}" for name, _ in runs) if is_reused else _pauses(session.requests),
        message="Workflows that are over and new ones share this session id.",
        fix="Make a new id for each run: str(uuid.uuid4()), or session() without an id.",
    )
    yield from finding(
        "name-changes",
        () if is_reused or len(runs) < 2 else names_of(session),  # noqa: PLR2004 - two is a change
        message="The name changes within the session; it is shown under each.",
        fix="Give the name once, where the session begins, and the same with every request.",
    )
    if any(is_implicit(session.session_id, trace_id) for trace_id in session.summary.trace_ids):
        return
    is_object = _OBJECT.fullmatch(session.session_id) is not None
    yield from finding(
        "object-as-session-id",
        [session.session_id] if is_object else (),
        message="The session id is an object that was turned into text.",
        fix="Send the id itself, a text: session.id, not session.",
    )
    yield from finding(
        "predictable-session-id",
        () if is_object or is_random(session.session_id) else [session.session_id],
        message="The session id can be guessed, and so be met again by another workflow.",
        fix="Use a UUID: str(uuid.uuid4()), or session() without an id.",
    )
    yield from finding(
        "missing-name",
        () if names_of(session) or not session.requests else [session.summary.name or "no name"],
        message="No request gives the session a name; Helicone's dashboard groups by it.",
        fix="Send Helicone-Session-Name, or set helicone.session.name, such as Research Agent.",
    )
    yield from _span_findings(session)


def _span_findings(session: InspectedSession) -> Iterator[Finding]:
    outside = [span for span in session.spans if span.session_id != session.session_id]
    yield from finding(
        "spans-in-no-session",
        (f"{span.facts.name} ({span.facts.span_id})" for span in outside if not span.session_id),
        message="Spans of the session's traces are in no session.",
        fix="Open the session around the whole run, not within it: with session(...): run().",
    )
    yield from finding(
        "requests-in-another-session",
        (f"{span.session_id}" for span in outside if span.session_id and span.role is Role.COUNTED),
        message="Requests of the same traces are in other sessions.",
        fix="Send the exact same session id with every request of a run.",
    )
    known = {(span.facts.trace_id, span.facts.span_id) for span in session.spans}
    yield from finding(
        "missing-parents",
        (
            f"{span.facts.name} ({span.facts.span_id})"
            for span in session.spans
            if span.session_id == session.session_id
            and span.facts.parent_span_id
            and (span.facts.trace_id, span.facts.parent_span_id) not in known
        ),
        message="Spans name parents that have not come, so their place is a guess.",
        fix="Export the spans of every service of the run here, and shut SDKs down at the end: "
        "provider.shutdown().",
    )


def _runs_by_name(requests: Sequence[LlmRequest]) -> list[tuple[str, list[LlmRequest]]]:
    """Return requests as runs of one name after the other."""
    runs: list[tuple[str, list[LlmRequest]]] = []
    for request in requests:
        if request.session_name is None:
            continue
        if not runs or runs[-1][0] != request.session_name:
            runs.append((request.session_name, []))
        runs[-1][1].append(request)
    return runs


def _is_over_traces(runs: Sequence[tuple[str, list[LlmRequest]]]) -> bool:
    """Tell whether no trace has requests of two runs."""
    traces = [trace_id for _, run in runs for trace_id in {r.trace_id for r in run}]
    return len(traces) == len(set(traces))


def _pauses(requests: Sequence[LlmRequest]) -> Iterator[str]:
    """Yield what was called when the session had been silent for more than a day."""
    reached = requests[0].end_ns if requests else 0
    for request in requests:
        if request.start_ns - reached > _DAY_NS:
            days = (request.start_ns - reached) // _DAY_NS
            yield f"{request.path} after {days} days"
        reached = max(reached, request.end_ns)
