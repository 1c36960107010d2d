"""The demonstration, from beginning to end."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from helicone_otel.demo.provider import StandInProvider

COMMAND = str(Path(sys.executable).with_name("helicone-otel"))


def run_demo(folder: Path, *arguments: str, **environment: str) -> str:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI_")}
    ran = subprocess.run(
        [COMMAND, "demo", *arguments],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_demo_shows_headers_sessions_and_answers_and_cleans_up(tmp_path: Path) -> None:
    shown = run_demo(tmp_path)
    assert "a stand-in at" in shown
    for path in ("/research/analyze/report", "/question", "/generate/variation"):
        assert path in shown  # as a header that arrived
    for line in ("└─ research", "└─ question", "├─ variation", "variation=C"):
        assert line in shown  # in a tree
    assert shown.count("curl --request POST") == 3
    assert shown.count('"error": null') == 3
    assert '"session_name": "Research Agent"' in shown
    url = re.search(r"ready at (http://\S+),", shown)
    assert url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url[1])
    assert (tmp_path / ".demo" / "sessions.db").exists()


def test_a_second_demo_shows_its_own_sessions_only(tmp_path: Path) -> None:
    run_demo(tmp_path)
    assert run_demo(tmp_path).count("LLM requests") == 3


def test_a_provider_named_in_the_environment_is_used(tmp_path: Path) -> None:
    with StandInProvider() as real:
        shown = run_demo(tmp_path, OPENAI_BASE_URL=real.base_url, OPENAI_API_KEY="key")
    assert f"Provider: {real.base_url}, from your environment" in shown
    assert len(real.journal) == 10
    # It is not listed as a host that may see session headers, so it saw none.
    assert not any(entry.headers for entry in real.journal)
    assert "└─ research" in shown


def test_keep_leaves_the_server_running(tmp_path: Path) -> None:
    shown = run_demo(tmp_path, "--keep")
    kept = re.search(r"goes on at (http://\S+); stop it with: kill (\d+)", shown)
    assert kept
    try:
        assert len(httpx.get(f"{kept[1]}/api/sessions").json()["sessions"]) == 3
    finally:
        os.kill(int(kept[2]), signal.SIGTERM)
