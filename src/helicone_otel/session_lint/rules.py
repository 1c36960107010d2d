"""All rules over one session."""

from .findings import Finding, InspectedSession
from .grouping_rules import grouping_findings
from .name_rules import name_findings
from .path_rules import path_findings


def lint_session(session: InspectedSession) -> list[Finding]:
    """Return what does not follow the advice: first on ids, then on paths, then on names."""
    return [*grouping_findings(session), *path_findings(session), *name_findings(session)]
