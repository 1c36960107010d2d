"""However an agent says its session, the same session comes out."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from helicone_otel.demo import research_agent
from helicone_otel.demo.provider import StandInProvider
from helicone_otel.demo.telemetry import exporting_to
from running import RunningServer

PATHS = ["/research", "/research/extract", "/research/analyze", "/research/analyze/report"]
WHOSE = {
    "session_name": "Research Agent",
    "user_id": "user-123",
    "properties": {"environment": "production", "topic": "quantum_computing"},
}


def sessions(server: RunningServer) -> list[dict[str, Any]]:
    """Return every session, whole, the latest first."""
    listed = server.http.get("/api/sessions").json()["sessions"]
    return [server.http.get(f"/api/sessions/{one['session_id']}").json() for one in listed]


def without_times(whole: dict[str, Any]) -> dict[str, Any]:
    """Return what must not differ from run to run."""
    numbers = ("name", "status", "requests", "cost_usd", "prompt_tokens", "completion_tokens")
    told = (*WHOSE, "path", "model", "provider", "status", "prompt_tokens", "cost_usd")
    return {
        **{key: whole["session"][key] for key in numbers},
        "each": [{key: request[key] for key in told} for request in whole["requests"]],
    }


def test_the_research_agent_is_the_same_session_in_three_ways(
    server: RunningServer,
    provider: StandInProvider,
    run_instrumented: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # set up in code
    monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "stand-in")
    with exporting_to(server.url, hosts=[urlsplit(provider.base_url).netloc]):
        research_agent.main()
    # no code but session() and step()
    run_instrumented("-m", "helicone_otel.demo.research_agent")
    # headers written by hand, nothing of this package imported
    run_instrumented("examples/research_agent_headers.py")

    by_hand, with_no_code, in_code = (without_times(whole) for whole in sessions(server))
    assert [request["path"] for request in in_code["each"]] == PATHS
    assert all(WHOSE.items() <= request.items() for request in in_code["each"])
    assert (in_code["status"], in_code["requests"]) == ("success", 4)
    assert in_code["cost_usd"] > 0
    assert with_no_code == in_code
    assert by_hand == in_code


def test_the_headers_that_arrive_are_the_same_too(
    provider: StandInProvider, run_instrumented: Callable[..., str]
) -> None:
    run_instrumented("-m", "helicone_otel.demo.research_agent")
    run_instrumented("examples/research_agent_headers.py")
    unique = {"helicone-session-id", "helicone-request-id"}
    arrived = [
        {name: value for name, value in entry.headers.items() if name not in unique}
        for entry in provider.journal
    ]
    assert arrived[:4] == arrived[4:]
    assert [headers["helicone-session-path"] for headers in arrived[:4]] == PATHS
    assert all(unique <= entry.headers.keys() for entry in provider.journal)
