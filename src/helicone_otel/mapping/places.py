"""Where in its session each span is: path, and the name, user and properties in force there."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ..model import Kind, SpanFacts, Value
from ..session_reference.paths import ROOT, extend_path
from .forest import NO_PARENT, Forest
from .properties import merge_spellings
from .transports import CallTransport


class Place(Value, frozen=True):
    """What is in force at a span and, but for what its call sent, below it."""

    path: str
    session_name: str | None
    user_id: str | None
    properties: Mapping[str, str]
    leads: bool
    """Something here or above has given the path: a SERVER span below adds nothing."""


_NOWHERE = Place(path=ROOT, session_name=None, user_id=None, properties={}, leads=False)


def places_of(
    forest: Forest, sessions: Sequence[str | None], transports: Mapping[int, CallTransport]
) -> list[Place]:
    """Return each span's place, in the forest's order.

    Path and name are those of one session: below a span of another session they start anew.
    """
    below: list[Place] = []
    places: list[Place] = []
    for index, (span, parent) in enumerate(zip(forest.spans, forest.parents, strict=True)):
        above = _NOWHERE
        if parent != NO_PARENT:
            above = below[parent]
            if sessions[parent] != sessions[index]:
                name = above.session_name if sessions[parent] is None else None
                above = replace(above, path=ROOT, leads=False, session_name=name)
        place = _place(span, above)
        below.append(place)
        if span.kind is Kind.LLM and index in transports:
            referring = transports[index].referring
            place = place if referring is None else _sent(span, place, referring)
        places.append(place)
    return places


def _place(span: SpanFacts, above: Place) -> Place:
    path, leads = _path(span, above)
    properties = above.properties
    if span.properties and span.properties != properties:
        properties = merge_spellings(properties, span.properties)
    return Place(
        path=path,
        session_name=span.session_name or above.session_name,
        user_id=span.user_id or above.user_id,
        properties=properties,
        leads=leads,
    )


def _sent(span: SpanFacts, place: Place, sent: SpanFacts) -> Place:
    """Put what the call's own headers say below what its span says, above what was inherited."""
    properties = place.properties
    if sent.properties != properties:
        properties = merge_spellings(properties, sent.properties, span.properties)
    return Place(
        path=span.path or sent.path or place.path,
        session_name=span.session_name or sent.session_name or place.session_name,
        user_id=span.user_id or sent.user_id or place.user_id,
        properties=properties,
        leads=place.leads,
    )


def _path(span: SpanFacts, above: Place) -> tuple[str, bool]:
    if span.path is not None:
        return span.path, True
    if span.segment is None or (span.kind is Kind.SERVER and above.leads):
        return above.path, above.leads
    return extend_path(above.path, span.segment), True
