"""Helicone's troubleshooting page, asked of what the server has received lately."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .checks import Check, advice, ok, problem
from .server_client import ServerAddresses, ask

_LATEST = 100
_GROUPING, _HIERARCHY, _APPEARING = (
    "requests group into sessions",
    "sessions have a hierarchy",
    "sessions appear",
)
_STORED = re.compile(rb'^helicone_otel_stored_total\{signal="spans"\} ([0-9.e+]+)$', re.MULTILINE)


def count_arrived(server: ServerAddresses) -> int:
    """Return how many spans the server has stored since it started, as far as it tells.

    Raises:
        Unreachable: the server has gone.
    """
    stored = _STORED.search(ask(server, "/metrics").body)
    return round(float(stored[1])) if stored else 0


def check_sessions(server: ServerAddresses, arrived: int) -> Iterator[Check]:
    """Yield the three checks over the latest sessions; *arrived* are spans that are not ours.

    Raises:
        Unreachable: the server has gone.
    """
    answers = {
        path: ask(server, path)
        for path in ("/api/stats", f"/api/sessions?limit={_LATEST}", f"/api/lint?limit={_LATEST}")
    }
    failed = [answer.reason for answer in answers.values() if not answer.is_good]
    if failed:
        yield problem(
            _APPEARING,
            f"The server does not tell its sessions: {failed[0]}",
            "Give doctor a token that is good for reading: --token.",
        )
        return
    stats, sessions, lint = (answer.document for answer in answers.values())
    yield check_appearing(stats["sessions"], arrived)
    if sessions["sessions"]:
        yield check_grouping(sessions["sessions"], lint["sessions"])
        yield check_hierarchy(sessions["sessions"], lint["sessions"])


def check_appearing(sessions: int, arrived: int) -> Check:
    if sessions:
        return ok(_APPEARING, f"There are {sessions:,} sessions.")
    if not arrived:
        return advice(
            _APPEARING,
            "No span has arrived since the server started.",
            "Run the application with OTEL_EXPORTER_OTLP_ENDPOINT set, and shut its SDK down at "
            "the end, or the last batch is lost: provider.shutdown(). `helicone-otel demo` shows "
            "how it looks.",
        )
    return problem(
        _APPEARING,
        f"{arrived:,} spans have arrived, but none of them is in a session.",
        "Instrument the LLM library, so that there are requests; and give them the three headers "
        "or attributes: Helicone-Session-Id, -Path and -Name. `with session(...)` sets all three.",
    )


def check_grouping(sessions: Sequence[Any], linted: Sequence[Any]) -> Check:
    """Tell whether requests name their session: without, every trace is a session of its own."""
    alone = [s for s in sessions if s["session_id"].replace("-", "") in s["trace_ids"]]
    torn = _with_rule(linted, "requests-in-another-session")
    objects = _with_rule(linted, "object-as-session-id")
    if objects:
        return problem(
            _GROUPING,
            f"A session id is an object that was turned into text: {objects[0]['session_id']}.",
            "Send the id itself, a text, as Helicone-Session-Id: session.id, not session.",
        )
    if len(alone) > 1:
        return advice(
            _GROUPING,
            f"{len(alone):,} of the {len(sessions):,} latest sessions are one trace each, because "
            "no span of theirs names a session.",
            "Put the exact same Helicone-Session-Id, a text, on every request of a run: "
            "with session(...): run().",
        )
    if torn:
        return advice(
            _GROUPING,
            f"In {len(torn):,} of the {len(sessions):,} latest sessions, requests of the same "
            f"trace are in other sessions: {torn[0]['session_id']}.",
            "Give the id once, where the run begins, instead of making one for each request.",
        )
    return ok(_GROUPING, "The latest sessions are named by their requests.")


def check_hierarchy(sessions: Sequence[Any], linted: Sequence[Any]) -> Check:
    """Tell whether requests have paths."""
    flat = _with_rule(linted, "missing-path")
    if not flat:
        return ok(_HIERARCHY, "The requests of the latest sessions have paths.")
    return advice(
        _HIERARCHY,
        f"{len(flat):,} of the {len(sessions):,} latest sessions have requests without a path, "
        f"such as {flat[0]['session_id']}.",
        "Send Helicone-Session-Path, beginning with /, with every request; or work in steps: "
        "with step('research'). `helicone-otel lint` has the details.",
    )


def _with_rule(linted: Sequence[Any], rule: str) -> list[Any]:
    return [s for s in linted if any(finding["rule"] == rule for finding in s["findings"])]
