"""The README's snippets, run as they stand and in their order by a new user on a new machine.

What differs is the port, which may be taken here, and that a stand-in answers for OpenAI.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from helicone_otel.demo.provider import StandInProvider

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DEFAULT_URL = "http://127.0.0.1:4318"


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class NewUser:
    """Somebody with the checkout and a shell."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, script: str) -> str:
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, f"{script}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    @contextmanager
    def serving(self, command: str) -> Iterator[str]:
        """Run the server; yield its URL."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                ready = process.stdout.readline()
                yield ready.split("ready: ")[1].split()[0]
            finally:
                process.terminate()


@pytest.fixture
def new_user(tmp_path: Path) -> Iterator[tuple[NewUser, StandInProvider]]:
    checkout = tmp_path / "helicone-otel"
    hidden = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
    shutil.copytree(ROOT, checkout, ignore=hidden)
    own = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "HELICONE_", "COV"))}
    with StandInProvider() as provider:
        environment = {
            **own,
            "PATH": f"{checkout / '.venv' / 'bin'}{os.pathsep}{own['PATH']}",
            "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "HELICONE_OTEL_DB": str(tmp_path / "sessions.db"),
            "HELICONE_OTEL_PORT": "0",
            "HELICONE_OTEL_GRPC_PORT": "0",
            "HELICONE_API_KEY": "any",
            "OPENAI_BASE_URL": provider.base_url,
            "OPENAI_API_KEY": "stand-in",
        }
        yield NewUser(checkout, environment), provider


def test_the_readme_works_word_for_word(new_user: tuple[NewUser, StandInProvider]) -> None:
    user, provider = new_user
    _, start_server, run_agent, send_by_curl, ask, ask_as_helicone, keep = snippets("sh")
    *install_server, serve = start_server.splitlines()
    user.run("\n".join(install_server))
    (agent,) = snippets("python")
    (user.folder / "agent.py").write_text(agent)

    with user.serving(serve) as url:
        answer = user.run(run_agent.replace(DEFAULT_URL, url))
        assert "password" in answer.lower()
        assert user.run(send_by_curl.replace(DEFAULT_URL, url)) == "{}"
        answers = user.run(ask.replace(DEFAULT_URL, url))
        metrics = user.run(ask_as_helicone.replace(DEFAULT_URL, url))
        user.run(keep)
        assert answers == user.run(ask.replace(DEFAULT_URL, url))

    assert "Support" in answers
    assert answers.count("from-curl") >= 5
    assert "$0.000288" in answers
    assert '"total_tokens":1380' in answers
    assert '"average":0.000288' in metrics
    # The stand-in is not on the list of hosts that may see session headers.
    (entry,) = provider.journal
    assert entry.headers == {}


def test_the_two_commands_at_the_top_work(tmp_path: Path) -> None:
    demo, test = snippets("sh")[0].split("\n")[:2]
    environment = {**os.environ, "VENV": sys.prefix}
    shown = subprocess.run(
        [*demo.split(), f"VENV={sys.prefix}", f"ARGS=--db {tmp_path / 'demo.db'}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    ).stdout
    assert "Research Agent" in shown
    assert test in (ROOT / ".ci" / "run").read_text().splitlines()


def test_the_base_install_is_small_and_says_what_is_missing(
    new_user: tuple[NewUser, StandInProvider],
) -> None:
    user, _ = new_user
    user.run("python3 -m venv .venv")
    user.run("pip install --quiet .")
    user.run("python -W error -c 'from helicone_otel import instrument, session, step'")
    installed = user.run("pip list --format=freeze").lower()
    for server_package in ("fastapi", "grpcio", "sqlite-utils", "pydantic", "protobuf"):
        assert server_package not in installed
    with pytest.raises(AssertionError, match=r"pip install 'helicone-otel\[server\]'"):
        user.run("helicone-otel serve")
