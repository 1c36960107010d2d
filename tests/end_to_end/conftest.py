"""Real processes: the command as a user starts it, agents as a user runs them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from helicone_otel.demo.provider import StandInProvider
from running import RunningServer

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
RunPython = Callable[..., str]


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    with StandInProvider() as provider:
        yield provider


@pytest.fixture
def agent_environment(server: RunningServer, provider: StandInProvider) -> dict[str, str]:
    """Return what a user sets in the shell: where the provider is, where spans go."""
    return {
        **os.environ,
        "OPENAI_BASE_URL": provider.base_url,
        "OPENAI_API_KEY": "stand-in",
        "HELICONE_OTEL_HOSTS": urlsplit(provider.base_url).netloc,
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    }


@pytest.fixture
def run_instrumented(agent_environment: Mapping[str, str]) -> RunPython:
    """Return a function that runs Python under `opentelemetry-instrument`."""

    def run(*arguments: str, **environment: str) -> str:
        ran = subprocess.run(
            [BIN / "opentelemetry-instrument", sys.executable, *arguments],
            env={**agent_environment, **environment},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return ran.stdout

    return run
