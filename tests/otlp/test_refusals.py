"""A request full of spans to refuse costs little, and its good spans are kept all the same."""

from helicone_otel.model import DecodedRequest, Encoding, WantedAttributes
from helicone_otel.otlp import decode, decode_logs
from helicone_otel.otlp.large_items import LARGE_BYTES, MAX_FIELDS
from helicone_otel.otlp.refusals import ALWAYS_READ_BYTES, MAX_REFUSED_PARTS
from helicone_otel.otlp.wire_fields import write_bytes

NONE = WantedAttributes(keys=frozenset(), prefixes=())
UNREAD = f"it was not read: those refused before it have more than {MAX_REFUSED_PARTS} "
TOO_MANY = b"\x5a\x00" * (MAX_REFUSED_PARTS + 1)
"""Events of a span."""
NO_TEXT = write_bytes(5, b"\xff" * 128 * (MAX_REFUSED_PARTS + 1))
"""A name that is not UTF-8."""


def span(number: int, *, more: bytes = b"", padding: int = 0) -> bytes:
    ids = write_bytes(1, b"\1" * 16) + write_bytes(2, number.to_bytes(8, "big"))
    return ids + write_bytes(3, b"x" * padding) + more


def request(*items: bytes) -> bytes:
    return write_bytes(1, write_bytes(2, b"".join(write_bytes(2, item) for item in items)))


def decoded(*spans: bytes) -> DecodedRequest:
    return decode(request(*spans), Encoding.PROTOBUF, wanted=NONE, max_spans=100)


def kept(found: DecodedRequest) -> list[int]:
    return [int(record.span_id, 16) for record in found.spans]


def test_small_spans_behind_hostile_ones_are_kept_and_large_ones_refused_unread() -> None:
    for hostile in (span(1, more=TOO_MANY), span(1, more=NO_TEXT)):
        found = decoded(hostile, span(2), span(3, padding=ALWAYS_READ_BYTES), hostile, span(4))
        assert kept(found) == [2, 4]
        first, *others = found.rejections
        assert (first.index, first.reason.startswith("it was not read")) == (0, False)
        assert [(told.index, told.reason.startswith(UNREAD)) for told in others] == [
            (2, True),
            (3, True),
        ]


def test_a_few_refused_spans_cost_no_other_whatever_its_size() -> None:
    many_events = span(1, more=b"\x5a\x00" * 2_000)
    found = decoded(*[many_events] * 10, span(0), span(2, padding=100_000))
    assert kept(found) == [2]
    assert {told.reason for told in found.rejections} == {
        "span has 2000 events, expected at most 1024",
        "span_id is all zeros, expected 8 bytes that are not",
    }


def test_large_spans_with_too_many_fields_are_soon_refused_unread() -> None:
    hostile = span(1, more=b"\x5a\x00" * MAX_FIELDS, padding=LARGE_BYTES)
    reasons = [told.reason for told in decoded(*[hostile] * 8).rejections]
    read = MAX_REFUSED_PARTS // MAX_FIELDS + 1
    assert reasons[:read] == [f"it has more than {MAX_FIELDS} fields"] * read
    assert all(reason.startswith(UNREAD) for reason in reasons[read:])
    assert len(reasons) == 8


def test_log_records_are_refused_unread_likewise() -> None:
    hostile = b"\x32\x00" * (MAX_REFUSED_PARTS + 1)  # attributes
    body = request(hostile, hostile, write_bytes(12, b"gen_ai.choice"))
    found = decode_logs(body, Encoding.PROTOBUF, wanted=NONE, max_records=100)
    assert [record.event_name for record in found.records] == ["gen_ai.choice"]
    assert [told.reason.startswith(UNREAD) for told in found.rejections] == [False, True]
