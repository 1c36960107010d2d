"""Helicone's best practices for sessions, each by its own examples."""

from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from builders import NANO, TRACE, facts, llm_request
from helicone_otel.model import Kind, LlmRequest, ResolvedSpan, Role, SessionSummary
from helicone_otel.session_lint import Finding, InspectedSession, lint_session
from helicone_otel.session_reference import session_id_of_trace
from helicone_otel.session_tree import total

DAY_NS = 24 * 3600 * NANO
UUID = "0b7c1c52-7d1a-4f0e-9a37-2a4f1f3f6a01"


def said(
    path: str, *, name: str | None = "Research Agent", at_ns: int = 0, trace_id: str = TRACE
) -> LlmRequest:
    request = llm_request(path)
    return replace(
        request,
        session_name=name,
        trace_id=trace_id,
        start_ns=at_ns or request.start_ns,
        end_ns=(at_ns or request.start_ns) + NANO,
    )


def lint(
    *requests: LlmRequest,
    session_id: str = UUID,
    spans: Sequence[ResolvedSpan] = (),
    written_paths: Sequence[str] = (),
) -> Mapping[str, Finding]:
    """Return the findings by rule."""
    summary = SessionSummary(
        session_id=session_id,
        name="Research Agent",
        trace_ids=sorted({request.trace_id for request in requests}),
        start_ns=NANO,
        end_ns=2 * NANO,
        spans=len(requests),
        missing_parents=0,
        totals=total(requests),
        active_ns=NANO,
    )
    found = lint_session(
        InspectedSession(
            summary=summary, requests=requests, spans=spans, written_paths=written_paths
        )
    )
    return {finding.rule: finding for finding in found}


def placed(number: int, parent: int | None = None, *, session_id: str | None) -> ResolvedSpan:
    return ResolvedSpan(
        facts=facts(number, parent, kind=Kind.LLM),
        session_id=session_id,
        path="/",
        role=Role.COUNTED,
        session_name=None,
        user_id=None,
        properties={},
    )


@pytest.mark.parametrize(
    "paths",
    [
        ("/analyze", "/analyze/extract", "/analyze/summarize", "/analyze/extract/validate"),
        ("/workflow", "/workflow/research/search", "/workflow/analyze", "/workflow/generate"),
        ("/research/analyze/report", "/generate/variation", "/question"),
        ("/agent/gpt-4o-mini-2024-07-18", "/chat/claude-sonnet-4-5-20250929", "/v2/s3-upload"),
        ("/поиск/ответ", "/recherche/résumé", "/top-10", "/404-page", "/step"),
    ],
)
def test_good_paths_are_let_be(paths: Sequence[str]) -> None:
    assert not lint(*map(said, paths))


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/step1", "step-number-in-path"),
        ("/plan/Step-2/search", "step-number-in-path"),
        ("/turn_3", "step-number-in-path"),
        ("/research/7", "step-number-in-path"),
        ("/chat/2024-02-29", "timestamp-in-path"),
        ("/run-20240229", "timestamp-in-path"),
        ("/run/1709208000", "timestamp-in-path"),
        ("/run/1709208000123", "timestamp-in-path"),
        ("/at/12:30:05", "timestamp-in-path"),
        (f"/document/{UUID}", "id-in-path"),
        ("/user-48213/chat", "id-in-path"),
        ("/call_3981c43051444412a00cacfd", "id-in-path"),
        ("/thread/01ARZ3NDEKTSV4RRFFQ69G5FAV", "id-in-path"),
        ("/a/b/c/d/e/f", "deep-path"),
        ("/trip planning", "special-characters-in-path"),
        ("/what?/now", "special-characters-in-path"),
        ("/", "missing-path"),
    ],
)
def test_a_bad_path_is_found_by_its_rule(path: str, rule: str) -> None:
    found = lint(said(path), said("/fine"))
    assert rule in found
    assert path in found[rule].examples or rule == "missing-path"


def test_a_path_without_a_slash_is_found_as_it_was_written() -> None:
    found = lint(said("/analyze"), written_paths=["analyze", "/analyze"])
    assert found["no-leading-slash"].examples == ["analyze"]


def test_one_path_in_two_spellings_is_found() -> None:
    found = lint(said("/Web_Search"), said("/web-search"), said("/answer"))
    assert found["path-spelled-differently"].examples == ["/Web_Search", "/web-search"]


@pytest.mark.parametrize(
    "name", ["Customer Support Chat", "Trip Planning Assistant", "GPT-4o agent", "Área 51 guide"]
)
def test_good_names_are_let_be(name: str) -> None:
    assert not lint(said("/a", name=name))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (f"Chat {UUID}", "id-in-name"),
        ("Chat 17", "id-in-name"),
        ("run-3", "id-in-name"),
        ("Support of customer 48213", "id-in-name"),
        ("Report 2024-02-29", "timestamp-in-name"),
        ("Session", "generic-name"),
        (" request ", "generic-name"),
    ],
)
def test_a_bad_name_is_found_by_its_rule(name: str, rule: str) -> None:
    assert rule in lint(said("/a", name=name))


def test_a_missing_name_is_found_unless_the_session_is_a_trace() -> None:
    assert "missing-name" in lint(said("/a", name=None))
    assert not lint(said("/a", name=None), session_id=session_id_of_trace(TRACE))


def test_a_name_that_changes_within_a_trace_is_no_reuse() -> None:
    found = lint(said("/a", name="A", at_ns=NANO), said("/b", name="B", at_ns=2 * NANO))
    assert found["name-changes"].examples == ["A", "B"]
    assert "reused-session-id" not in found


def test_one_workflow_after_the_other_under_one_id_is_a_reuse() -> None:
    found = lint(said("/a", name="A", trace_id="a" * 32), said("/b", name="B", trace_id="b" * 32))
    assert found["reused-session-id"].examples == ["A", "B"]
    assert "name-changes" not in found


def test_names_that_alternate_are_a_change() -> None:
    names = ["A", "B", "A"]
    found = lint(*(said("/a", name=name, trace_id=f"{i:032x}") for i, name in enumerate(names, 1)))
    assert "name-changes" in found
    assert "reused-session-id" not in found


def test_a_session_that_goes_on_after_days_is_a_reuse() -> None:
    found = lint(said("/a", at_ns=NANO), said("/b", at_ns=3 * DAY_NS))
    assert found["reused-session-id"].examples == ["/b after 2 days"]


@pytest.mark.parametrize("session_id", ["my-session", "42", "session-1", "20240229", "user-7"])
def test_an_id_that_can_be_guessed_is_found(session_id: str) -> None:
    assert "predictable-session-id" in lint(said("/a"), session_id=session_id)


@pytest.mark.parametrize(
    "session_id", ["[object Object]", f'{{"id": "{UUID}"}}', "<Session object at 0x7f3a5c1b2d90>"]
)
def test_an_id_that_was_an_object_is_found(session_id: str) -> None:
    found = lint(said("/a"), session_id=session_id)
    assert found["object-as-session-id"].examples == [session_id]
    assert "predictable-session-id" not in found


@pytest.mark.parametrize("session_id", [UUID, UUID.replace("-", ""), "chat_9f86d081884c7d659a2fe"])
def test_a_random_id_is_let_be(session_id: str) -> None:
    assert "predictable-session-id" not in lint(said("/a"), session_id=session_id)


def test_spans_outside_and_requests_elsewhere_are_found() -> None:
    spans = [
        placed(1, session_id=UUID),
        placed(2, session_id=None),
        placed(3, session_id="another"),
    ]
    found = lint(said("/a"), spans=spans)
    assert found["spans-in-no-session"].count == 1
    assert found["requests-in-another-session"].examples == ["another"]


def test_parents_that_have_not_come_are_found() -> None:
    found = lint(said("/a"), spans=[placed(2, 1, session_id=UUID)])
    assert found["missing-parents"].count == 1
    assert not lint(said("/a"), spans=[placed(n, n - 1 or None, session_id=UUID) for n in (1, 2)])


def test_only_the_first_examples_are_shown() -> None:
    found = lint(*(said(f"/step{number}") for number in range(20)))
    assert found["step-number-in-path"].count == 20
    assert len(found["step-number-in-path"].examples) == 5
