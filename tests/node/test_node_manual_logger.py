"""Helicone's manual logger for Node, unchanged, with its endpoint set to our server."""

import subprocess
from pathlib import Path

from helicone_otel.model import Usage
from running import RunningServer

HERE = Path(__file__).parent


def test_what_it_logs_is_a_session(server: RunningServer) -> None:
    command = ["node", "log.js", server.url, "run-1"]
    ran = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("", "")
    with server.store.snapshot() as snapshot:
        summary, requests = snapshot.get_session("run-1"), snapshot.list_requests("run-1")
    assert (summary.name, summary.spans, summary.totals.requests) == ("Research", 3, 2)
    assert [(request.path, request.provider, request.usage) for request in requests] == [
        ("/research/draft", "openai", Usage(input_tokens=11, output_tokens=7)),
        ("/research/review", None, Usage(input_tokens=9, output_tokens=5)),
    ]
