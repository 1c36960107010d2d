"""Values nested as deep as a span may have them can be looked at again, and exported."""

import orjson
import pytest

from helicone_otel.model import Encoding, Rejection, SpanRecord, WantedAttributes
from helicone_otel.otlp import convert_request, decode
from helicone_otel.otlp.conversion import document_of
from helicone_otel.otlp.wire_fields import write_bytes

NONE = WantedAttributes(keys=frozenset(), prefixes=())
PLACES = {
    "span": lambda pair: write_bytes(9, pair),
    "event": lambda pair: write_bytes(11, write_bytes(3, pair)),
    "link": lambda pair: write_bytes(13, write_bytes(4, pair)),
}
DEEPEST = 49
"""What protobuf parses of one attribute."""


def body_with(place: str, levels: int) -> bytes:
    value = write_bytes(1, b"innermost")
    for _ in range(levels):
        value = write_bytes(5, write_bytes(1, value))
    pair = write_bytes(1, b"key") + write_bytes(2, value)
    span = write_bytes(1, b"\1" * 16) + write_bytes(2, b"\1" * 8) + PLACES[place](pair)
    return write_bytes(1, write_bytes(2, write_bytes(2, span)))


def outcome(body: bytes) -> SpanRecord | Rejection:
    decoded = decode(body, Encoding.PROTOBUF, wanted=NONE, max_spans=1)
    return decoded.spans[0] if decoded.spans else decoded.rejections[0]


@pytest.mark.parametrize("place", PLACES)
def test_what_is_accepted_can_be_opened(place: str) -> None:
    for levels in (1, DEEPEST - 2, DEEPEST - 1, DEEPEST):
        body = body_with(place, levels)
        assert isinstance(outcome(body), SpanRecord)
        document = document_of(body, Encoding.PROTOBUF)
        assert b"innermost" in orjson.dumps(document)
        assert b"innermost" in convert_request(body, Encoding.PROTOBUF, Encoding.JSON)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_deeper_is_refused(place: str) -> None:
    assert isinstance(outcome(body_with(place, DEEPEST + 1)), Rejection)
