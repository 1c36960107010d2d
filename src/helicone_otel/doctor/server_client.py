"""Questions to a running server, past every proxy."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddresses:
    """Where the server is, as its users reach it."""

    http_url: str
    """`http://127.0.0.1:4318`, without a path."""
    grpc_address: str
    """`127.0.0.1:4317`."""
    token: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        return self.status == 200  # noqa: PLR2004 - HTTP's own number

    @property
    def document(self) -> dict[str, Any]:
        """The object that the body is in JSON; an empty one if it is none."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def reason(self) -> str:
        """What the server says about a failure."""
        document = self.document
        told = document.get("error") or document.get("reason") or document.get("message")
        return f"HTTP {self.status}: {told}" if told else f"HTTP {self.status}"


class Unreachable(Exception):
    """Nothing answers, or not in HTTP; the text says what happened."""


def ask(
    server: ServerAddresses, path: str, body: bytes | None = None, content_type: str = ""
) -> Answer:
    """Return the answer of GET, or of POST if there is a body.

    Raises:
        Unreachable: there is no answer.
    """
    headers = {**server.headers, **({"content-type": content_type} if body else {})}
    request = urllib.request.Request(server.http_url + path, data=body, headers=headers)  # noqa: S310 - the scheme was checked
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as response:
            return Answer(status=response.status, body=response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, body=error.read())
    except (OSError, HTTPException) as error:
        raise Unreachable(str(getattr(error, "reason", error)) or type(error).__name__) from error
