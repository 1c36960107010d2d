"""Advice on paths: short, by function, with nothing in them that differs from run to run."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from ..session_reference import ROOT, path_segments, segment
from .findings import Finding, InspectedSession, finding
from .unstable_words import has_id, has_timestamp, is_step_number

_MAX_LEVELS = 5
_BY_FUNCTION = "Name the work, not its turn: /research/search however often it is searched."


def path_findings(session: InspectedSession) -> Iterator[Finding]:
    paths = session.paths
    yield from finding(
        "step-number-in-path",
        _with_segment(paths, is_step_number),
        message="Paths number the steps, so no two runs of the same work can be compared.",
        fix=_BY_FUNCTION,
    )
    yield from finding(
        "timestamp-in-path",
        _with_segment(paths, has_timestamp),
        message="Paths hold dates or times, so every run has paths of its own.",
        fix="Leave the time out; every request has its start. " + _BY_FUNCTION,
    )
    yield from finding(
        "id-in-path",
        _with_segment(paths, has_id),
        message="Paths hold ids, so every run has paths of its own.",
        fix="Put the id in a property: Helicone-Property-Document or helicone.property.document.",
    )
    yield from finding(
        "deep-path",
        (path for path in paths if len(path_segments(path)) > _MAX_LEVELS),
        message=f"Paths have more than {_MAX_LEVELS} levels.",
        fix="Set a shorter path where the work begins: with step(...), or Helicone-Session-Path.",
    )
    yield from finding(
        "special-characters-in-path",
        _with_segment(paths, lambda name: segment(name) != name),
        message="Paths hold spaces or special characters.",
        fix="Use letters, digits and . _ ~ - only, such as /trip/find-flights.",
    )
    yield from _spelling_findings(paths)
    yield from _written_findings(session)
    yield from _missing_findings(session)


def _with_segment(paths: Iterable[str], is_bad: Callable[[str], bool]) -> Iterator[str]:
    return (path for path in paths if any(map(is_bad, path_segments(path))))


def _spelling_findings(paths: Iterable[str]) -> list[Finding]:
    spelled: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        spelled[path.lower().replace("_", "-")].append(path)
    return finding(
        "path-spelled-differently",
        (path for same in spelled.values() if len(same) > 1 for path in same),
        message="Paths differ in nothing but capitals, or - and _, and so are not one.",
        fix="Spell the same work the same way, such as /research/web-search.",
    )


def _written_findings(session: InspectedSession) -> list[Finding]:
    return finding(
        "no-leading-slash",
        (path for path in session.written_paths if not path.lstrip().startswith(ROOT)),
        message="Paths were written without a / in front. It was put there, Helicone does not.",
        fix="Begin each path with /.",
    )


def _missing_findings(session: InspectedSession) -> list[Finding]:
    at_root = [request.span_id for request in session.requests if request.path == ROOT]
    everywhere = len(at_root) == len(session.requests)
    return finding(
        "missing-path",
        (f"span {span_id}" for span_id in at_root),
        message="No request has a path, so the session is a list and no tree."
        if everywhere
        else "Requests without a path stand beside the tree of the others.",
        fix="Send Helicone-Session-Path with every request, set helicone.session.path on its "
        "span, or work in spans that say what they do.",
    )
