"""What one HTTP call says about its session: which headers to add, what to write on spans."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from .. import semconv
from ..session_reference import (
    HEADER_LINE_BYTES,
    MAX_HEADER_BYTES,
    MAX_ID_BYTES,
    SessionReference,
    clean_text,
    encode_header_value,
    headers_of,
    reference_from_headers,
    value_count,
)
from .current import NOTHING, Here
from .injection import Entry
from .reports import warn_once
from .request_ids import new_request_id

_REQUEST_ID = semconv.HEADER_REQUEST_ID.encode()
_LOWER_REQUEST_ID = _REQUEST_ID.lower()
_OF_A_REFERENCE = tuple(
    name.lower().encode()
    for name in (
        semconv.HEADER_SESSION_ID,
        semconv.HEADER_SESSION_PATH,
        semconv.HEADER_SESSION_NAME,
        semconv.HEADER_USER_ID,
        semconv.HEADER_REQUEST_ID,
        semconv.HEADER_PROPERTY_PREFIX,
    )
)


class CallPlan(NamedTuple):
    """What is done for one call; a tuple because one is made for each."""

    headers: Sequence[Entry]
    """To add; the caller set none of them."""
    by_hand: SessionReference
    """What the caller's own headers say."""
    said: SessionReference
    """What is in force for spans inside the call: the caller's headers over the context."""
    own_attributes: Mapping[str, str]
    """Path and request id: for the span that stands for this call."""
    left_session: bool
    """The caller named another session than the context's."""


def hand_set(headers: Sequence[Entry]) -> dict[str, str]:
    """Return the caller's headers that say something about the session, names in lower case."""
    return {
        lowered.decode(): value.decode(errors="replace")
        for _, lowered, value in headers
        if lowered.startswith(b"helicone-") and lowered.startswith(_OF_A_REFERENCE)
    }


def plan_call(
    by_hand: Mapping[str, str], here: Here | None, *, listed: bool, request_ids: bool
) -> CallPlan | None:
    """Merge the caller's headers with the context's session; the caller's win.

    To a host that is not *listed* nothing is added; with *request_ids*, each call to one that is
    gets an id. `None` if nobody says anything.
    """
    if by_hand:
        return _plan_by_hand(by_hand, here, listed=listed, request_ids=request_ids)
    if here is None or not listed:
        return None
    said, sent = here
    request_id = new_request_id() if request_ids else ""
    headers = (*_headers_of(sent), *_request_id_entry(request_id))
    # In order, not by name: that is half of the time of building the tuple.
    return CallPlan(headers, NOTHING, said, _own_attributes(said.path, request_id), False)  # noqa: FBT003


def _plan_by_hand(
    by_hand: Mapping[str, str], here: Here | None, *, listed: bool, request_ids: bool
) -> CallPlan:
    hand = reference_from_headers(by_hand)
    said, sent = (NOTHING, NOTHING) if here is None else (here.said, here.sent)
    left = hand.id is not None and hand.id != sent.id
    if left:
        said, sent = _without_place(said), _without_place(sent)
    said = hand.over(said)
    request_id = by_hand.get(_LOWER_REQUEST_ID.decode())
    if request_id is None:
        request_id = new_request_id() if listed and request_ids else ""
    request_id = clean_text(request_id, max_bytes=MAX_ID_BYTES)
    headers: Sequence[Entry] = ()
    if listed:
        ours = (*_headers_of(hand.over(sent)), *_request_id_entry(request_id))
        headers = _absent(ours, by_hand)
    return CallPlan(
        headers=headers,
        by_hand=hand,
        said=said,
        own_attributes=_own_attributes(said.path if listed else hand.path, request_id),
        left_session=left,
    )


def _without_place(reference: SessionReference) -> SessionReference:
    return replace(reference, id=None, path=None, name=None)


def _headers_of(reference: SessionReference) -> Sequence[Entry]:
    """Return the headers of *reference*; what it has in common with other sessions is cached."""
    own: tuple[Entry, ...] = ()
    own_bytes = 0
    if reference.id is not None:
        own = (_entry(semconv.HEADER_SESSION_ID, encode_header_value(reference.id)),)
        own_bytes = len(own[0][0]) + len(own[0][2]) + HEADER_LINE_BYTES
    properties = tuple(reference.properties.items())
    common = _common_headers(
        own_bytes, reference.path, reference.name, reference.user_id, properties
    )
    return (*own, *common)


@lru_cache(maxsize=256)
def _common_headers(
    beside_bytes: int,
    path: str | None,
    name: str | None,
    user_id: str | None,
    properties: tuple[tuple[str, str], ...],
) -> Sequence[Entry]:
    reference = SessionReference(path=path, name=name, user_id=user_id, properties=dict(properties))
    headers = headers_of(reference, beside_bytes=beside_bytes)
    if left_off := value_count(reference) - len(headers):
        warn_once(
            f"{left_off} session headers were left off: together they exceed"
            f" {MAX_HEADER_BYTES} bytes"
        )
    return tuple(_entry(name, value) for name, value in headers.items())


def _entry(name: str, value: str) -> Entry:
    return name.encode(), name.lower().encode(), value.encode()


def _request_id_entry(request_id: str) -> Sequence[Entry]:
    return ((_REQUEST_ID, _LOWER_REQUEST_ID, request_id.encode()),) if request_id else ()


def _absent(headers: Sequence[Entry], by_hand: Mapping[str, str]) -> Sequence[Entry]:
    taken = {_lookup_key(name.encode()) for name in by_hand}
    return [entry for entry in headers if _lookup_key(entry[1]) not in taken]


def _lookup_key(lowered: bytes) -> bytes:
    return lowered.replace(b"_", b"-")


def _own_attributes(path: str | None, request_id: str) -> dict[str, str]:
    attributes = {}
    if path:
        attributes[semconv.ATTR_SESSION_PATH] = path
    if request_id:
        attributes[semconv.ATTR_REQUEST_ID] = request_id
    return attributes
