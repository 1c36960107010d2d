"""What a person sees in a terminal, by a real pseudo-terminal of a given width."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import otlp_json
from running import RunningServer

COMMAND = str(Path(sys.executable).with_name("helicone-otel"))
SESSION = "0b7c1c52-7d1a-4f0e-9a37-2a4f1f3f6a01"


def in_terminal(width: int, *arguments: str) -> str:
    """Run the command in a terminal of *width* columns; return what it printed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(
        [COMMAND, *arguments], stdout=theirs, stdin=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        printed = b""
        while chunk := _read(ours):
            printed += chunk
    os.close(ours)
    assert process.returncode == 0, printed
    return printed.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is closed: that is how a pseudo-terminal ends
        return b""


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.fixture
def with_session(server: RunningServer) -> RunningServer:
    attributes: dict[str, str | int | float] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini-2024-07-18-with-a-very-long-name-indeed-yes",
        "gen_ai.usage.input_tokens": 1_000_000,
        "helicone.session.id": SESSION,
        "helicone.session.name": "A name that is rather long for a table in a terminal",
        "helicone.session.path": "/research/analyze/report",
    }
    span = otlp_json.span("a" * 32, "b" * 16, kind=3, attributes=attributes)
    assert server.http.post("/v1/traces", json=otlp_json.request([span])).json() == {}
    return server


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_listed_id_and_its_numbers_are_whole_at_any_width(
    with_session: RunningServer, width: int
) -> None:
    listed = without_colours(in_terminal(width, "sessions", "--db", str(with_session.store.path)))
    (row,) = [line for line in listed.splitlines() if SESSION in line]
    assert row.rstrip().endswith("success")
    assert len(row) <= width


@pytest.mark.parametrize("width", [80, 160])
def test_a_tree_keeps_its_lines_at_any_width(with_session: RunningServer, width: int) -> None:
    shown = in_terminal(width, "show", SESSION, "--db", str(with_session.store.path))
    lines = without_colours(shown).splitlines()
    tree = lines[next(i for i, line in enumerate(lines) if line.startswith("/")) :]
    assert [line.split()[0] for line in tree] == ["/", "└─", "└─", "└─", "└─"]
    assert all(len(line) <= width for line in tree)


def test_what_strangers_named_cannot_reach_the_terminal(server: RunningServer) -> None:
    spans = [
        otlp_json.span("a" * 32, "b" * 16, name="evil \x1b]0;pwned\x07\x1b[31mroot"),
        otlp_json.span(
            "a" * 32,
            "c" * 16,
            parent="b" * 16,
            attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "\x1b[2Jx"},
        ),
    ]
    server.http.post("/v1/traces", json=otlp_json.request(spans))
    (session,) = server.http.get("/api/sessions").json()["sessions"]
    database = str(server.store.path)
    printed = in_terminal(120, "sessions", "--db", database)
    printed += in_terminal(120, "show", session["session_id"], "--db", database)
    assert "pwned" in printed
    assert "\x1b" not in without_colours(printed)
