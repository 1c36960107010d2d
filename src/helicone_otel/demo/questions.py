"""The three curl calls of Helicone's Sessions page, asked of another host."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One POST with a JSON body."""

    title: str
    url: str
    body: str

    @property
    def command(self) -> str:
        """The call as one would type it."""
        return (
            f"curl --request POST \\\n  --url {self.url} \\\n"
            '  --header "Content-Type: application/json" \\\n'
            '  --header "Authorization: Bearer $HELICONE_API_KEY" \\\n'
            f"  --data '{self.body}'"
        )


def page_questions(url: str, *, start_ms: int, end_ms: int) -> Sequence[Question]:
    """Return the page's calls for the server at *url* and a window in Unix milliseconds."""
    window = f""""timeFilter": {{
    "startTimeUnixMs": {start_ms},
    "endTimeUnixMs": {end_ms}
  }}"""
    rest = """"timezoneDifference": 0,
  "filter": "all",
  "limit": 100
}"""
    return (
        Question(
            title="Get all sessions",
            url=f"{url}/v1/session/query",
            body=f'{{\n  "search": "",\n  {window},\n  {rest}',
        ),
        Question(
            title="Filter by session name",
            url=f"{url}/v1/session/query",
            body=f'{{\n  "search": "",\n  {window},\n  "nameEquals": "Research Agent",\n  {rest}',
        ),
        Question(
            title="Get session metrics",
            url=f"{url}/v1/session/metrics/query",
            body='{\n  "nameContains": "Research",\n  "timezoneDifference": 0\n}',
        ),
    )


def ask(question: Question) -> object:
    """Run the call with curl, or with Python where there is no curl; return the answer's JSON."""
    if shutil.which("curl"):
        answered = subprocess.run(  # noqa: S602 - the command as it is shown
            f"{question.command} --silent --show-error --max-time {_TIMEOUT_SECONDS}",
            shell=True,
            check=True,
            capture_output=True,
            text=True,
            env=None,
        )
        return json.loads(answered.stdout)
    request = urllib.request.Request(  # noqa: S310 - our own loopback URL
        question.url,
        data=question.body.encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
        return json.load(response)
