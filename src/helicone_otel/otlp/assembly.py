"""What is stored back to the export request it came in."""

from collections.abc import Sequence
from typing import assert_never

import orjson

from ..model import Encoding, Signal
from .signals import NAMES
from .wire import fill_envelope


def encode_request(
    envelope: bytes, items: Sequence[bytes], encoding: Encoding, signal: Signal = Signal.TRACES
) -> bytes:
    """Return an export request of raw *items*, such as spans, in the *envelope* of their origin.

    Decoding it gives the same records again, and so does any OTLP receiver.
    """
    match encoding:
        case Encoding.PROTOBUF:
            return fill_envelope(envelope, items)
        case Encoding.JSON:
            return _fill_json(envelope, items, signal)
        case _:
            assert_never(encoding)


def _fill_json(envelope: bytes, items: Sequence[bytes], signal: Signal) -> bytes:
    names = NAMES[signal]
    resource = orjson.loads(envelope)
    resource[names.scopes][0][names.items] = [orjson.Fragment(item) for item in items]
    return orjson.dumps({names.resources: [resource]})
