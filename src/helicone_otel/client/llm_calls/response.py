"""What the head of a response says about an LLM call."""

from typing import NamedTuple, Protocol

from ... import semconv
from ...session_reference import MAX_ID_BYTES, clean_text
from ..injection import HttpHeaders, entries_of
from .streams import HttpResponse

HELICONE_ID = semconv.HEADER_HELICONE_ID.lower().encode()


class AnsweringHttp(HttpResponse, Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> HttpHeaders: ...


class Head(NamedTuple):
    """What is read of a response before its body."""

    content_type: bytes
    content_encoding: bytes
    helicone_id: str | None


def head_of(response: AnsweringHttp) -> Head:
    found = {lowered: value for _, lowered, value in entries_of(response.headers)}
    said = found.get(HELICONE_ID)
    return Head(
        found.get(b"content-type", b""),
        found.get(b"content-encoding", b""),
        None if said is None else helicone_id_said(said),
    )


def helicone_id_said(value: bytes) -> str:
    """Return the value of a `Helicone-Id` header as it may stand on a span."""
    return clean_text(value.decode(errors="replace"), max_bytes=MAX_ID_BYTES)
