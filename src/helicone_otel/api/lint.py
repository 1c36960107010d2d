"""Advice on sessions: what does not follow Helicone's best practices, and what to do."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ..lint_query import LintedSession, LintQueries
from .api_route import ApiRoute
from .described import Newest, SessionId


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindingBody(_Body):
    rule: str
    """A short name that stays the same, for programs."""
    message: str
    fix: str
    count: int
    examples: list[str]
    """The first few of what was found: paths, names or spans."""


class SessionFindings(_Body):
    session_id: str
    name: str
    findings: list[FindingBody]


class Lint(_Body):
    checked: int
    sessions: list[SessionFindings]
    """Those with findings, the latest first."""


def lint_router(lint: LintQueries) -> APIRouter:
    router = APIRouter(prefix="/api", route_class=ApiRoute, tags=["sessions"])

    @router.get("/lint")
    def lint_latest(limit: Newest = 100) -> Lint:
        """Hold the latest sessions against the best practices."""
        return lint_body(lint.lint_latest(limit=limit))

    @router.get("/sessions/{session_id:quoted}/lint")
    def lint_session(session_id: SessionId) -> SessionFindings:
        """Hold one session against the best practices."""
        return findings_body(lint.lint(session_id))

    return router


def lint_body(linted: list[LintedSession]) -> Lint:
    found = [findings_body(session) for session in linted if session.findings]
    return Lint(checked=len(linted), sessions=found)


def findings_body(linted: LintedSession) -> SessionFindings:
    return SessionFindings(
        session_id=linted.summary.session_id,
        name=linted.summary.name,
        findings=[
            FindingBody(
                rule=finding.rule,
                message=finding.message,
                fix=finding.fix,
                count=finding.count,
                examples=list(finding.examples),
            )
            for finding in linted.findings
        ],
    )
