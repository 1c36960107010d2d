"""The demonstration: three agents, their headers, their sessions, and the questions one may ask."""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import semconv
from ..demo import chatbot, content_generator, research_agent
from ..demo.journal import JournalEntry
from ..demo.provider import StandInProvider
from ..demo.questions import ask, page_questions
from ..demo.server_process import ServerProcess, start_server
from ..demo.telemetry import exporting_to
from .reading import read_session, read_sessions
from .rendering import print_session

_NANO_PER_MILLI = 1_000_000


def run_demo(
    out: Console, database: Path, *, port: int, grpc_port: int, keep_running: bool
) -> None:
    """Show the whole way from headers to answers; takes a few seconds.

    Raises:
        ConfigurationError: the server could not be started.
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
    with _provider(out) as provider, exporting_to(url, hosts=_hosts(provider)):
        out.print(_quoted("Research Agent", research_agent.main()))
        out.print(_quoted("Customer Support", chatbot.main()))
        out.print(_quoted("Content Generator", asyncio.run(content_generator.main())))
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
        before = {name: os.environ.get(name) for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY")}
        os.environ.update(OPENAI_BASE_URL=provider.base_url, OPENAI_API_KEY="stand-in")
        try:
            yield provider
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
        return
    names = (
        semconv.HEADER_SESSION_NAME,
        semconv.HEADER_SESSION_PATH,
        semconv.HEADER_SESSION_ID,
        semconv.HEADER_USER_ID,
    )
    table = Table(box=None, pad_edge=False)
    for name in (*names, semconv.HEADER_PROPERTY_PREFIX + "*"):
        table.add_column(name, no_wrap=True)
    for entry in journal:
        table.add_row(*(entry.headers.get(name.lower(), "") for name in names), _properties(entry))
    out.print(table)


def _properties(entry: JournalEntry) -> str:
    prefix = semconv.HEADER_PROPERTY_PREFIX.lower()
    found = sorted((k, v) for k, v in entry.headers.items() if k.startswith(prefix))
    return ", ".join(f"{name.removeprefix(prefix)}={value}" for name, value in found)


def _print_new_sessions(out: Console, database: Path, started_ms: int) -> None:
    page = read_sessions(database, name=None, limit=100)
    new = [s for s in page.sessions if _unix_ms(s.started_at) >= started_ms]
    for session in reversed(new):
        print_session(out, read_session(database, session.session_id))


def _unix_ms(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp() * 1000


def _ask_questions(out: Console, url: str, started_ms: int) -> None:
    now_ms = time.time_ns() // _NANO_PER_MILLI + 1
    for question in page_questions(url, start_ms=started_ms, end_ms=now_ms):
        out.print(Text(f"\n# {question.title}", style="dim"))
        out.print(Text(question.command, style="cyan"))
        out.print_json(data=ask(question), indent=2)


def _print_next_steps(
    out: Console, server: ServerProcess, database: Path, *, running: bool
) -> None:
    _title(out, "What next")
    if running:
        out.print(f"The server goes on at {server.url}; stop it with: kill {server.process.pid}")
    else:
        out.print(f"The server has been stopped; it was at {server.url}")
    out.print(f"The file stays: {database.absolute()}\n")
    serve = "" if running else f"helicone-otel serve --db {database}   # then, elsewhere:\n     "
    for line in (
        f"  1. helicone-otel sessions --db {database}",
        f"  2. {serve}curl {server.url if running else 'http://127.0.0.1:4318'}/api/sessions",
        "  3. OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf opentelemetry-instrument python AGENT.py",
    ):
        out.print(Text(line))


def _title(out: Console, text: str) -> None:
    out.print(Text(f"\n{text}", style="bold"))


def _quoted(name: str, answer: str) -> Text:
    first, *more = answer.strip().splitlines() or [""]
    return Text(f"{name}: {first[:100]}{' ...' if more or len(first) > 100 else ''}")  # noqa: PLR2004
