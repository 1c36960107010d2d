"""Which signal an export request is of, if nothing but its bytes say so, as in a file."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, assert_never

from ..errors import BadPayload
from ..model import Encoding, Signal
from .checks import Malformed
from .json_fields import JsonObject
from .json_text import parse_json
from .wire_fields import Field, fields


class EnvelopeNames(NamedTuple):
    """What a signal calls the members around its items."""

    resources: str
    scopes: str
    items: str


NAMES: Mapping[Signal, EnvelopeNames] = {
    Signal.TRACES: EnvelopeNames("resourceSpans", "scopeSpans", "spans"),
    Signal.LOGS: EnvelopeNames("resourceLogs", "scopeLogs", "logRecords"),
    Signal.METRICS: EnvelopeNames("resourceMetrics", "scopeMetrics", "metrics"),
}
_BY_MEMBER = {names.resources: signal for signal, names in NAMES.items()}
_BEGINNING = re.compile(rb'\s*+\{\s*+"(\w++)"\s*+:')
_RESOURCES, _SCOPES, _ITEMS = 1, 2, 2
"""Field numbers in protobuf, where the three signals have the same."""
_TRACE_ID = 1
"""Field number in a span, which has to have one. In a log record it is a time, and no bytes."""


def signal_of(body: bytes, encoding: Encoding) -> Signal:
    """Return what *body*, an export request, is of.

    One that is empty or broken is said to be of traces. So are metrics in protobuf, which nobody
    can tell apart from spans without an id.

    Raises:
        BadPayload: it is a JSON object, but no export request.
    """
    match encoding:
        case Encoding.PROTOBUF:
            return _protobuf_signal(body)
        case Encoding.JSON:
            return _json_signal(body)
        case _:
            assert_never(encoding)


def require_signal(request: JsonObject, signal: Signal) -> None:
    """Refuse what is only of another signal, of which nothing would be kept.

    Raises:
        BadPayload: it is.
    """
    of = [found for member, found in _BY_MEMBER.items() if member in request]
    if of and signal not in of:
        raise BadPayload(f"the body is an export request of {of[0]}, expected one of {signal}")


def _json_signal(body: bytes) -> Signal:
    beginning = _BEGINNING.match(body)
    signal = beginning and _BY_MEMBER.get(beginning[1].decode())
    if signal:
        return signal
    members = parse_json(body, member="resourceSpans").keys()
    signals = [signal for member, signal in _BY_MEMBER.items() if member in members]
    if members and not signals:
        raise BadPayload(f"it is no export request, expected an object with {_one_of_members()}")
    return signals[0] if signals else Signal.TRACES


def _one_of_members() -> str:
    *some, last = (f"`{member}`" for member in _BY_MEMBER)
    return f"{', '.join(some)} or {last}"


def _protobuf_signal(body: bytes) -> Signal:
    try:
        for item in _items(body):
            found = fields(body, item.start, item.stop)
            is_span = any(field.number == _TRACE_ID and field.is_bytes for field in found)
            return Signal.TRACES if is_span else Signal.LOGS
    except Malformed:
        pass  # whoever decodes it tells where
    return Signal.TRACES


def _items(body: bytes) -> Iterator[Field]:
    for resource in _inside(body, 0, len(body), _RESOURCES):
        for scope in _inside(body, resource.start, resource.stop, _SCOPES):
            yield from _inside(body, scope.start, scope.stop, _ITEMS)


def _inside(body: bytes, start: int, stop: int, number: int) -> Iterator[Field]:
    return (field for field in fields(body, start, stop) if field.number == number)
