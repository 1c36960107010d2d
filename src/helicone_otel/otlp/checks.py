"""What every span must satisfy, in either encoding."""

from ..errors import TooLarge
from ..model import OtelSpanKind
from .limits import (
    MAX_ATTRIBUTES,
    MAX_EVENTS,
    MAX_LINKS,
    MAX_PARTS,
    MAX_REQUEST_EVENTS,
    MAX_TIME_NS,
)

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8

_KINDS = {kind.value: kind for kind in OtelSpanKind}


class Malformed(Exception):
    """Part of a request is not what it should be; the text says both.

    It never leaves `otlp`: in a span it becomes a `Rejection`, around spans a `BadPayload`.
    """


def kind_of(number: int) -> OtelSpanKind:
    """Return the kind; one that is not known yet is unspecified."""
    return _KINDS.get(number, OtelSpanKind.UNSPECIFIED)


def check_time(value_ns: int, name: str) -> int:
    if not 0 <= value_ns <= MAX_TIME_NS:
        raise Malformed(f"{name} is {value_ns}, expected 0 to {MAX_TIME_NS}")
    return value_ns


def check_attribute_count(count: int, owner: str) -> None:
    if count > MAX_ATTRIBUTES:
        raise Malformed(f"{owner} has {count} attributes, expected at most {MAX_ATTRIBUTES}")


class SpanSizes:
    """How much the spans of one request may hold, each and in all."""

    def __init__(self) -> None:
        self._left = MAX_REQUEST_EVENTS

    def check(self, *, attributes: int, events: int, links: int) -> None:
        """Look at a span's counts, before anything in it is.

        Raises:
            Malformed: it holds too much.
            TooLarge: the spans so far do, be they refused for something else.
        """
        check_attribute_count(attributes, "span")
        if events > MAX_EVENTS:
            raise Malformed(f"span has {events} events, expected at most {MAX_EVENTS}")
        if links > MAX_LINKS:
            raise Malformed(f"span has {links} links, expected at most {MAX_LINKS}")
        self._left -= events + links
        if self._left < 0:
            raise TooLarge(
                f"the request has more than {MAX_REQUEST_EVENTS} events and links: send smaller "
                "batches"
            )


def check_count(count: int, name: str) -> None:
    if count > MAX_PARTS:
        raise TooLarge(f"the request has {count} {name}, expected at most {MAX_PARTS}")
