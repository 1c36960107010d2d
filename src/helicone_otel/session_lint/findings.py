"""What is looked at, and what is found."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ..model import LlmRequest, ResolvedSpan, SessionSummary

_MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedSession:
    """A session, and all spans of the traces that it has a part in."""

    summary: SessionSummary
    requests: Sequence[LlmRequest]
    spans: Sequence[ResolvedSpan]
    written_paths: Collection[str]
    """The paths that its spans state, as they were written."""

    @property
    def session_id(self) -> str:
        return self.summary.session_id

    @property
    def paths(self) -> list[str]:
        """The paths of its requests, each once, in their order."""
        return list(dict.fromkeys(request.path for request in self.requests))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One piece of advice that a session does not follow."""

    rule: str
    """A short name that stays the same, for programs."""
    message: str
    fix: str
    count: int
    examples: Sequence[str]
    """The first few of what was found: paths, names or spans."""


def finding(rule: str, found: Iterable[str], *, message: str, fix: str) -> list[Finding]:
    """Return the one finding about everything *found*, or none if that is nothing."""
    each = list(dict.fromkeys(found))
    if not each:
        return []
    examples = each[:_MAX_EXAMPLES]
    return [Finding(rule=rule, message=message, fix=fix, count=len(each), examples=examples)]
