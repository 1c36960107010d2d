"""One session over several traces, over several processes, and from plain curl."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from running import RunningServer

ROOT = Path(__file__).parents[2]


def the_session(server: RunningServer) -> dict[str, Any]:
    (session,) = server.http.get("/api/sessions").json()["sessions"]
    whole: dict[str, Any] = server.http.get(f"/api/sessions/{session['session_id']}").json()
    return whole


def test_a_chat_over_two_traces_is_one_session(
    server: RunningServer, run_instrumented: Callable[..., str]
) -> None:
    run_instrumented("-m", "helicone_otel.demo.chatbot")
    whole = the_session(server)
    assert whole["session"]["name"] == "Customer Support"
    assert len(whole["session"]["trace_ids"]) == 2
    assert [request["path"] for request in whole["requests"]] == ["/question"] * 2


def test_parallel_calls_keep_their_own_property(
    server: RunningServer, run_instrumented: Callable[..., str]
) -> None:
    run_instrumented("-m", "helicone_otel.demo.content_generator")
    whole = the_session(server)
    generate = whole["tree"]["children"][0]
    assert [folder["path"] for folder in generate["children"]] == [
        "/generate/variation",
        "/generate/select",
    ]
    parallel = [whole["requests"][n] for n in generate["children"][0]["own_requests"]]
    variations = [request["properties"] for request in parallel]
    assert sorted(each["variation"] for each in variations) == ["A", "B", "C"]


def test_two_processes_joined_by_traceparent_are_one_session(
    server: RunningServer,
    agent_environment: Mapping[str, str],
    run_instrumented: Callable[..., str],
) -> None:
    with running_backend(agent_environment) as url:
        run_instrumented("examples/two_services/frontend.py", BACKEND_URL=url)
    whole = the_session(server)
    assert whole["session"]["name"] == "Trip Planning Assistant"
    assert len(whole["session"]["trace_ids"]) == 1
    assert whole["session"]["missing_parents"] == 0
    assert [request["path"] for request in whole["requests"]] == ["/plan", "/plan/suggest"]
    assert {r["session_name"] for r in whole["requests"]} == {"Trip Planning Assistant"}


@contextmanager
def running_backend(environment: Mapping[str, str]) -> Iterator[str]:
    """Run the second service; when the block is left it has sent its spans."""
    tool = str(Path(sys.executable).with_name("opentelemetry-instrument"))
    command = [tool, sys.executable, "examples/two_services/backend.py"]
    with subprocess.Popen(
        command,
        env={**environment, "BACKEND_PORT": "0"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def test_otlp_json_from_curl_is_a_session(server: RunningServer) -> None:
    ran = subprocess.run(
        ["bash", "examples/otlp_json.sh"],
        env={**os.environ, "HELICONE_OTEL_URL": server.url},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    whole = the_session(server)
    assert whole["session"]["session_id"] in ran.stdout
    assert whole["session"]["name"] == "Document Analyzer"
    assert whole["session"]["requests"] == 1
