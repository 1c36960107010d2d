"""The commands that ask the file, run in this process on a real one."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from builders import NANO, chat, facts, stored
from helicone_otel.api.session_list import SessionListParams
from helicone_otel.cli.commands import app
from helicone_otel.ingest import derive_with
from helicone_otel.model import Kind
from helicone_otel.settings import ImplicitSessions
from helicone_otel.store import SpanStore


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a cheap session, and a dear one that failed."""
    path = tmp_path_factory.mktemp("cli") / "sessions.db"
    store = SpanStore.open(path, derive_with(ImplicitSessions.LLM))
    for trace_id, session, cost, failed in (
        ("a" * 32, "cheap", NANO // 10, False),
        ("b" * 32, "dear", NANO, True),
    ):
        root = facts(1, trace_id=trace_id, session=session, session_name="Run", path="/")
        plan = facts(2, 1, trace_id=trace_id, kind=Kind.LLM, path="/plan", call=chat(nano_usd=cost))
        act = facts(
            3,
            1,
            trace_id=trace_id,
            kind=Kind.LLM,
            path=f"/act/{session}",
            call=chat(nano_usd=cost, tokens=(20, 5)),
            failed=failed,
            user_id=session,
            properties={"env": session},
        )
        store.write([stored(span) for span in (root, plan, act)])
    store.close()
    return path


def run(database: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--db", str(database)])


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], ["dear", "cheap"]),
        (["--user", "cheap"], ["cheap"]),
        (["--property", "env=dear"], ["dear"]),
        (["--path", "/act"], ["dear", "cheap"]),
        (["--path", "/act/dear"], ["dear"]),
        (["--status", "failed"], ["dear"]),
        (["--max-cost", "1"], ["cheap"]),
        (["--min-errors", "1"], ["dear"]),
        (["--max-requests", "1"], []),
        (["--search", "CHE"], ["cheap"]),
        (["--sort", "cost", "--ascending"], ["cheap", "dear"]),
        (["--limit", "1"], ["dear"]),
        (["--from", "1970-01-01T00:00:09Z"], []),
    ],
)
def test_sessions_have_the_filters_of_the_api(
    database: Path, options: list[str], found: list[str]
) -> None:
    answer = run(database, "sessions", "--json", *options)
    assert answer.exit_code == 0, answer.output
    listed = json.loads(answer.stdout)["sessions"]
    assert [session["session_id"] for session in listed] == found


def test_sessions_have_an_option_for_every_parameter_of_the_api() -> None:
    command = typer.main.get_command(app).commands["sessions"]  # type: ignore[attr-defined] # a group
    options = {name.removeprefix("--") for option in command.params for name in option.opts}
    fields = SessionListParams.model_fields
    wanted = {(field.alias or name).replace("_", "-") for name, field in fields.items()}
    assert wanted - options == {"order"}
    assert "ascending" in options


def test_sessions_go_on_behind_a_page(database: Path) -> None:
    first = json.loads(run(database, "sessions", "--json", "--limit", "1").stdout)
    rest = run(database, "sessions", "--json", "--cursor", first["next_cursor"])
    listed = json.loads(rest.stdout)["sessions"]
    assert [session["session_id"] for session in listed] == ["cheap"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--status", "odd"], "--status"),
        (["--sort", "odd"], "--sort"),
        (["--property", "env"], "NAME=VALUE"),
        (["--from", "yesterday"], "--from"),
        (["--cursor", "odd"], "cursor"),
    ],
)
def test_a_wrong_option_is_told(database: Path, options: list[str], told: str) -> None:
    answer = run(database, "sessions", *options)
    assert answer.exit_code == 1
    assert told in answer.output


def test_one_request_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    store = SpanStore.open(path, derive_with(ImplicitSessions.LLM))
    store.write([stored(facts(1, session="s", kind=Kind.LLM, call=chat()))])
    store.close()
    assert ", 1 LLM request, 1 span in 1 trace, trace " in run(path, "show", "s").stdout


def test_a_session_is_shown_with_its_calls(database: Path) -> None:
    whole = json.loads(run(database, "show", "dear", "--json").stdout)
    assert [call["depth"] for call in whole["calls"]] == [0, 1, 1]
    assert "/act/dear" not in run(database, "show", "cheap").stdout


def test_tail_tells_changes_and_where_to_go_on(database: Path) -> None:
    lines = run(database, "tail", "--after", "0", "--count", "2", "--json").stdout.splitlines()
    changes = [json.loads(line) for line in lines]
    assert {change["session"]["session_id"] for change in changes} == {"cheap", "dear"}
    after = str(changes[0]["change_id"])
    text = run(database, "tail", "--after", after, "--count", "1").stdout
    assert changes[1]["session_id"] in text


def test_two_sessions_are_compared_path_by_path(database: Path) -> None:
    comparison = json.loads(run(database, "diff", "cheap", "dear", "--json").stdout)
    paths = [folder["path"] for folder in comparison["folders"]]
    assert paths == ["/", "/plan", "/act", "/act/cheap", "/act/dear"]
    whole, plan, _, gone, new = comparison["folders"]
    assert whole["delta"] == {
        "requests": 0,
        "cost_usd": 1.8,
        "tokens": 0,
        "duration_ms": 0,
        "errors": 1,
    }
    assert plan["delta"]["cost_usd"] == 0.9
    assert (gone["right"], new["left"]) == (None, None)
    assert comparison["first_divergence"]["position"] == 1
    assert comparison["first_divergence"]["right"]["path"] == "/act/dear"
    text = run(database, "diff", "cheap", "dear").stdout
    assert "They part at LLM request 2" in text
    assert "Both take the same steps" in run(database, "diff", "dear", "dear").stdout


@pytest.mark.parametrize(
    ("claim", "exit_code"),
    [
        ("cost < 0.5 and errors == 0", 1),
        ("cost == 2 and errors == 1", 0),
        ("1 < requests <= 2", 0),
        ("not (status == 'success') or tokens < 10", 0),
        ("cost / requests < 0.5", 1),
        ("0 > -cost", 0),
    ],
)
def test_a_claim_is_held_against_a_session(database: Path, claim: str, exit_code: int) -> None:
    answer = run(database, "assert", claim, "--session", "dear")
    assert answer.exit_code == exit_code, answer.output
    assert claim in answer.output
    verdict = json.loads(run(database, "assert", claim, "--session", "dear", "--json").stdout)
    assert verdict["holds"] is (exit_code == 0)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("", "no claim"),
        ("cost", "no claim"),
        ("cost < ", "no claim"),
        ("price < 1", "'price' is unknown"),
        ("cost < 'a'", "cannot be compared"),
        ("cost / 0 < 1", "cannot be decided"),
        ("__import__('os').system('true') == 0", "no claim"),
        ("cost.real < 1", "no claim"),
        ("requests in [1]", "no claim"),
        ("2 ** 9999999 > 1", "no claim"),
        ("(" * 500 + "cost < 1" + ")" * 500, "no claim"),
        ("cost < 1" + " or cost < 1" * 500, "at most 2000"),
        ("errors == 1 or price < 1", "'price' is unknown"),
    ],
)
def test_what_is_no_claim_is_told(database: Path, claim: str, reason: str) -> None:
    answer = run(database, "assert", claim, "--session", "dear")
    assert answer.exit_code == 2
    assert reason in answer.output


def test_an_unknown_session_is_told(database: Path) -> None:
    for command, exit_code in (
        (["show", "no"], 1),
        (["diff", "dear", "no"], 1),
        (["assert", "cost < 1", "--session", "no"], 2),  # 1 is a claim that is false
    ):
        answer = run(database, *command)
        assert answer.exit_code == exit_code
        assert "There is no session with the id 'no'" in answer.output
