"""The Helicone headers of a manual log: those of its request, and those its `meta` stands for."""

import re
import uuid
from collections.abc import Iterable, Mapping

_KEPT = re.compile(r"helicone-(session-(id|name|path)|user-id|request-id|property-.+|prompt-.+)")
"""The rest either says nothing of the call or, as Helicone-Auth, is nobody's business."""

REQUEST_ID = "helicone-request-id"


def merged_headers(
    sent: Iterable[tuple[str, str]], meta: Mapping[str, object]
) -> Mapping[str, str]:
    """Return all headers by lower-case name; one that was really sent wins."""
    said = {name.lower(): value for name, value in meta.items() if isinstance(value, str)}
    return said | {name.lower(): value for name, value in sent}


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that say where a call belongs."""
    return {name: value for name, value in headers.items() if _KEPT.fullmatch(name) and value}


def request_id_in(headers: Mapping[str, str]) -> str | None:
    """Return the request id if it is a UUID; Helicone puts a random one in another's place."""
    try:
        return str(uuid.UUID(headers.get(REQUEST_ID, "")))
    except ValueError:
        return None
