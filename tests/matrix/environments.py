"""The environments that the SDKs need: some cannot be installed beside each other."""

import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CONSTRAINTS = Path(__file__).parent / "constraints"
OPENTELEMETRY = (
    "opentelemetry-sdk>=1.44",
    "opentelemetry-distro>=0.65b0",
    "opentelemetry-instrumentation-httpx>=0.65b0",
    "wrapt>=1.16",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What is installed together, and which cases of `calls` run there."""

    name: str
    packages: tuple[str, ...]
    cases: Mapping[str, str]
    """Name of a case to the package whose version it is about."""

    @property
    def constraints(self) -> Path:
        """The versions that were used, as committed."""
        return CONSTRAINTS / f"{self.name}.txt"


ENVIRONMENTS = (
    Environment(
        name="sdks",
        packages=("openai>=3", "anthropic", "google-genai", "mistralai", "groq", "cohere"),
        cases={
            "openai chat": "openai",
            "openai responses": "openai",
            "anthropic": "anthropic",
            "google-genai": "google-genai",
            "mistralai": "mistralai",
            "groq": "groq",
            "cohere": "cohere",
        },
    ),
    Environment(name="openai-2", packages=("openai<3",), cases={"openai chat": "openai"}),
    Environment(name="litellm", packages=("litellm",), cases={"litellm": "litellm"}),
    Environment(
        name="frameworks",
        packages=("langchain-openai", "langgraph", "pydantic-ai-slim[openai]", "openai-agents"),
        cases={
            "langchain-openai": "langchain-openai",
            "langgraph": "langgraph",
            "pydantic-ai": "pydantic-ai-slim",
            "openai-agents": "openai-agents",
        },
    ),
    Environment(
        name="llama-index",
        packages=("llama-index-llms-openai>=0.4",),
        cases={"llama-index": "llama-index-llms-openai"},
    ),
    Environment(
        name="logfire", packages=("logfire", "openai>=3"), cases={"beside logfire": "logfire"}
    ),
    Environment(
        name="traceloop",
        packages=("traceloop-sdk>=0.50", "openai>=3", "httpx"),
        cases={"beside traceloop": "traceloop-sdk"},
    ),
    Environment(
        name="langfuse", packages=("langfuse", "openai>=3"), cases={"beside langfuse": "langfuse"}
    ),
    Environment(
        name="openlit", packages=("openlit", "openai"), cases={"beside openlit": "openlit"}
    ),
    Environment(
        name="transports",
        packages=(
            "requests",
            "urllib3",
            "aiohttp",
            "google-genai",
            "opentelemetry-instrumentation-requests>=0.65b0",
            "opentelemetry-instrumentation-urllib3>=0.65b0",
            "opentelemetry-instrumentation-aiohttp-client>=0.65b0",
        ),
        cases={
            "requests": "requests",
            "urllib3": "urllib3",
            "aiohttp": "aiohttp",
            "google-genai on aiohttp": "google-genai",
        },
    ),
)


def python_of(environment: Environment, folder: Path, *, newest: bool) -> Path:
    """Return the interpreter of *environment*, made in *folder* unless it is there.

    It gets the committed versions; with *newest* the newest ones, which are then committed.
    """
    place = folder / environment.name
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    marker = place / "installed"
    if newest or not marker.exists():
        _install(environment, python, newest=newest)
        marker.touch()
    _pip(python, "install", "--no-deps", "--editable", str(REPOSITORY))
    return python


def _install(environment: Environment, python: Path, *, newest: bool) -> None:
    wanted = [*OPENTELEMETRY, *environment.packages]
    if not newest:
        wanted += ["--constraint", str(environment.constraints)]
    _pip(python, "install", *wanted)
    if newest:
        frozen = _pip(python, "freeze", "--exclude-editable")
        environment.constraints.write_text(frozen, encoding="utf-8")


def _pip(python: Path, *arguments: str) -> str:
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{ran.stderr}")
    return ran.stdout
