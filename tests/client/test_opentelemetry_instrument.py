"""Under `opentelemetry-instrument`, headers need no code but `session` and `step`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

APPLICATION = """
import sys
from openai import OpenAI
from helicone_otel import session, step

with OpenAI(base_url=sys.argv[1] + "/v1", api_key="key", max_retries=0) as client:
    with session("Research Agent", id="run-1", user_id="user-123"), step("research"):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])
"""


def test_headers_arrive_and_spans_tell_the_same(
    gateway: str, received: list[dict[str, str]], tmp_path: Path
) -> None:
    spans = list(run_instrumented(gateway, tmp_path))
    (headers,) = received
    assert headers["helicone-session-id"] == "run-1"
    assert headers["helicone-session-path"] == "/research"
    assert headers["helicone-session-name"] == "Research Agent"
    assert headers["helicone-user-id"] == "user-123"
    requests = [span for span in spans if "helicone.request.id" in span["attributes"]]
    (attributes,) = (span["attributes"] for span in requests)
    assert attributes["helicone.request.id"] == headers["helicone-request-id"]
    assert attributes["helicone.session.path"] == "/research"
    assert {span["attributes"]["helicone.session.id"] for span in spans} == {"run-1"}
    assert {"Research Agent", "research", "POST"} <= {span["name"] for span in spans}


def run_instrumented(gateway: str, directory: Path) -> Iterator[dict[str, dict[str, str]]]:
    """Run the application; yield its spans as the console exporter prints them."""
    script = directory / "application.py"
    script.write_text(APPLICATION)
    environment = {
        "OTEL_TRACES_EXPORTER": "console",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "HELICONE_OTEL_HOSTS": gateway.removeprefix("http://"),
    }
    launcher = Path(sys.executable).with_name("opentelemetry-instrument")
    done = subprocess.run(
        [launcher, sys.executable, script, gateway],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = done.stdout.strip()
    while text:
        span, end = json.JSONDecoder().raw_decode(text)
        yield span
        text = text[end:].strip()
