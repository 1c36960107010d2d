"""The demonstration: three agents, their headers, their sessions, and the questions one may ask."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import openai
from rich.console import Console
from rich.text import Text

from .. import semconv
from ..demo import chatbot, content_generator, research_agent
from ..demo.journal import JournalEntry
from ..demo.provider import StandInProvider
from ..demo.questions import ask, page_questions
from ..demo.server_process import ServerProcess, start_server
from ..demo.telemetry import exporting_to
from ..errors import ConfigurationError
from .reading import ListQuestion, read_session, read_sessions
from .rendering import print_session

_NANO_PER_MILLI = 1_000_000
_SHOWN_ANSWER = 100
_WHO = (semconv.HEADER_SESSION_NAME, semconv.HEADER_SESSION_ID, semconv.HEADER_USER_ID)


def run_demo(
    out: Console, database: Path, *, port: int, grpc_port: int, keep_running: bool
) -> None:
    """Show the whole way from headers to answers; takes a few seconds.

    Raises:
        ConfigurationError: the server could not be started, or the provider does not answer.
    """
    started_ms = time.time_ns() // _NANO_PER_MILLI - 1
    _title(out, "1. A server that receives OpenTelemetry spans")
    server = start_server(database, port=port, grpc_port=grpc_port)
    try:
        out.print(
            f"helicone-otel serve is ready at {server.url}, its file is {database.absolute()}"
        )
        _title(out, "2. Three agents, instrumented with session() and step()")
        journal = _run_agents(out, server.url)
        _title(out, "3. The headers that arrived at the provider")
        _print_journal(out, journal)
        _title(out, "4. The sessions, rebuilt from the agents' spans")
        _print_new_sessions(out, database, started_ms)
        _title(out, "5. The calls of Helicone's Sessions page, asked here")
        _ask_questions(out, server.url, started_ms)
    except BaseException:
        server.stop()
        raise
    if not keep_running:
        server.stop()
    _print_next_steps(out, server, database, running=keep_running)


def _run_agents(out: Console, url: str) -> Sequence[JournalEntry]:
    # A proxy of the user's network must not see calls to this machine.
    loopback = ",".join(filter(None, ("127.0.0.1", os.environ.get("NO_PROXY"))))
    with (
        _environment(NO_PROXY=loopback),
        _provider(out) as provider,
        exporting_to(url, hosts=_hosts(provider)),
    ):
        try:
            out.print(_quoted("Research Agent", research_agent.main()))
            out.print(_quoted("Customer Support", chatbot.main()))
            out.print(_quoted("Content Generator", asyncio.run(content_generator.main())))
        except openai.OpenAIError as error:
            raise ConfigurationError(
                f"The provider at {os.environ['OPENAI_BASE_URL']} failed: {error}. Unset "
                "OPENAI_BASE_URL to run the demo with its stand-in."
            ) from error
        return provider.journal if provider else ()


@contextmanager
def _provider(out: Console) -> Iterator[StandInProvider | None]:
    """Use the provider that the environment names, else the stand-in."""
    if os.environ.get("OPENAI_API_KEY") and os.environ.get("OPENAI_BASE_URL"):
        out.print(f"Provider: {os.environ['OPENAI_BASE_URL']}, from your environment")
        yield None
        return
    with StandInProvider() as provider:
        out.print(
            f"Provider: a stand-in at {provider.base_url} (canned answers; set OPENAI_API_KEY and "
            "OPENAI_BASE_URL to use a real one)"
        )
        with _environment(OPENAI_BASE_URL=provider.base_url, OPENAI_API_KEY="stand-in"):
            yield provider


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _hosts(provider: StandInProvider | None) -> Sequence[str]:
    # A real provider gets session headers only if its host is Helicone's or the user listed it.
    return [urlsplit(provider.base_url).netloc] if provider else []


def _print_journal(out: Console, journal: Sequence[JournalEntry]) -> None:
    if not journal:
        out.print("Only the stand-in can show what arrived; see HELICONE_OTEL_HOSTS in the README.")
    elif not any(entry.headers for entry in journal):
        out.print("None: HELICONE_OTEL_DISABLED switches the client off.")
    for who, entries in groupby(journal, key=_who):
        out.print()
        for name, value in who:
            out.print(_header(name, value))
        for entry in entries:
            path = entry.headers.get(semconv.HEADER_SESSION_PATH.lower(), "")
            line = _header(semconv.HEADER_SESSION_PATH, path)
            out.print(line.append(_properties(entry), style="dim"), soft_wrap=True)


def _who(entry: JournalEntry) -> Sequence[tuple[str, str]]:
    return [(name, entry.headers[name.lower()]) for name in _WHO if name.lower() in entry.headers]


def _header(name: str, value: str) -> Text:
    return Text.assemble((f"{name}: ", "cyan"), value)


def _properties(entry: JournalEntry) -> str:
    prefix = semconv.HEADER_PROPERTY_PREFIX
    found = sorted((k, v) for k, v in entry.headers.items() if k.startswith(prefix.lower()))
    return "".join(f"  {prefix}{name[len(prefix) :]}: {value}" for name, value in found)


def _print_new_sessions(out: Console, database: Path, started_ms: int) -> None:
    page = read_sessions(database, ListQuestion(limit=100))
    new = [s for s in page.sessions if _unix_ms(s.started_at) >= started_ms]
    for session in reversed(new):
        print_session(out, read_session(database, session.session_id))


def _unix_ms(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() * 1000


def _ask_questions(out: Console, url: str, started_ms: int) -> None:
    now_ms = time.time_ns() // _NANO_PER_MILLI + 1
    for question in page_questions(url, start_ms=started_ms, end_ms=now_ms):
        out.print(Text(f"\n# {question.title}", style="dim"))
        out.print(Text(question.command, style="cyan"), soft_wrap=True)
        out.print_json(data=ask(question), indent=2)


def _print_next_steps(
    out: Console, server: ServerProcess, database: Path, *, running: bool
) -> None:
    _title(out, "What next")
    if running:
        out.print(f"The server goes on at {server.url}; stop it with: kill {server.process.pid}")
    else:
        out.print(f"The server at {server.url} has been stopped.")
    out.print(f"The sessions stay in {database.absolute()}", soft_wrap=True)
    steps = _steps_with_server(server.url) if running else _steps_without_server()
    look = ("Look at the sessions again", f"{_command('helicone-otel')} sessions --db {database}")
    for number, (what, command) in enumerate((look, *steps), start=1):
        out.print(f"\n{number}. {what}:", markup=False)
        out.print(Text(f"   {command}", style="cyan"), soft_wrap=True)


def _steps_with_server(url: str) -> Sequence[tuple[str, str]]:
    return (
        ("Ask the API", f"curl {url}/api/sessions"),
        ("Send it your own agent's spans", _run_agent(url)),
    )


def _steps_without_server() -> Sequence[tuple[str, str]]:
    ours = _command("helicone-otel")
    return (
        ("Keep the server running next time", f"{ours} demo --keep"),
        (f"Start `{ours} serve`, then your own agent", _run_agent("http://127.0.0.1:4318")),
    )


def _run_agent(url: str) -> str:
    settings = f"OTEL_EXPORTER_OTLP_ENDPOINT={url} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
    launcher, python = _command("opentelemetry-instrument"), _command("python")
    return f"{settings} {launcher} {python} your_agent.py"


def _command(name: str) -> str:
    """Return what to type for a command that stands beside this Python, or for this Python."""
    folder, here = Path(sys.executable).parent, Path.cwd()
    if (found := shutil.which(name)) and Path(found).parent == folder:
        return name
    return str((folder.relative_to(here) if folder.is_relative_to(here) else folder) / name)


def _title(out: Console, text: str) -> None:
    out.print(Text(f"\n{text}", style="bold"))


def _quoted(name: str, answer: str) -> Text:
    first, *more = answer.strip().splitlines() or [""]
    cut = " ..." if more or len(first) > _SHOWN_ANSWER else ""
    return Text(f"{name}: {first[:_SHOWN_ANSWER]}{cut}")
