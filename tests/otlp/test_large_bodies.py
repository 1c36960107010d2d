"""Large bodies and large spans are read in another way, and mean the same."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

import otlp_json
from helicone_otel.errors import BadPayload, TooLarge
from helicone_otel.model import DecodedRequest, Encoding, WantedAttributes
from helicone_otel.otlp import decode
from helicone_otel.otlp.json_cutting import cut
from helicone_otel.otlp.json_documents import WHOLE_BYTES, JsonDocument
from helicone_otel.otlp.json_text import parse_json
from helicone_otel.otlp.large_items import (
    LARGE_BYTES,
    LOG_RECORD,
    MAX_FIELDS,
    MAX_REQUEST_FIELDS,
    SPAN,
    LargeItems,
)
from helicone_otel.otlp.wire_fields import write_bytes

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
NAMES = ("resourceSpans", "scopeSpans", "spans")
FILLER = KeyValue(key="filler", value=AnyValue(string_value="x" * LARGE_BYTES))


def text(value: str) -> AnyValue:
    return AnyValue(string_value=value)


def texts(count: int) -> AnyValue:
    return AnyValue(array_value=ArrayValue(values=[text("word")] * count))


def light_span(*attributes: KeyValue, events: Sequence[Span.Event] = ()) -> Span:
    """Return what is left of a large span."""
    raw = Span(attributes=[FILLER, *attributes], events=events).SerializeToString()
    left = Span()
    left.ParseFromString(LargeItems().lightened(raw, SPAN))
    return left


def test_a_large_span_of_texts_stays_as_it_is() -> None:
    event = Span.Event(name="e", time_unix_nano=7, attributes=[KeyValue(key="k", value=text("v"))])
    span = Span(
        trace_id=b"\1" * 16,
        name="n",
        start_time_unix_nano=1,
        attributes=[FILLER, KeyValue(key="list", value=texts(3)), KeyValue(key="none")],
        events=[event] * 3,
        links=[Span.Link(trace_id=b"\2" * 16)],
        status=Status(code=Status.STATUS_CODE_ERROR, message="m"),
    )
    assert Span.FromString(LargeItems().lightened(span.SerializeToString(), SPAN)) == span


def test_lists_and_maps_past_a_mebibyte_are_left_out_and_their_keys_stay() -> None:
    pairs = [KeyValue(key=f"k{number}", value=texts(50_000)) for number in range(4)]
    left = light_span(*pairs).attributes
    assert [pair.key for pair in left] == ["filler", "k0", "k1", "k2", "k3"]
    assert [len(pair.value.array_value.values) for pair in left] == [0, 50_000, 50_000, 0, 0]


def test_events_are_relieved_too() -> None:
    event = Span.Event(name="e", attributes=[KeyValue(key="k", value=texts(100_000))] * 2)
    left = light_span(events=[event]).events[0]
    assert left.name == "e"
    assert [len(pair.value.array_value.values) for pair in left.attributes] == [100_000, 0]


@pytest.mark.parametrize(
    ("number", "count", "reason"),
    [
        (9, 2_049, "it has more than 2048 attributes"),
        (11, 1_025, "it has more than 1024 events"),
        (13, 1_025, "it has more than 1024 links"),
    ],
)
def test_a_large_span_is_looked_at_no_further_than_its_limits(
    number: int, count: int, reason: str
) -> None:
    ids = Span(trace_id=b"\1" * 16, span_id=b"\1" * 8, name="x" * LARGE_BYTES).SerializeToString()
    piece = write_bytes(number, b"")
    allowed, hostile = ids + piece * (count - 1), ids + piece * count + b"\xff" * 100_000
    spans = b"".join(write_bytes(2, raw) for raw in (hostile, allowed))
    request = write_bytes(1, write_bytes(2, spans))
    decoded = decode(request, Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=10)
    assert [(told.index, told.reason) for told in decoded.rejections] == [(0, reason)]
    assert len(decoded.spans) == 1


def test_numbers_are_not_taken_for_events_in_a_large_span() -> None:
    raw = Span(trace_id=b"\1" * 16, span_id=b"\1" * 8, name="x" * LARGE_BYTES).SerializeToString()
    request = write_bytes(1, write_bytes(2, write_bytes(2, raw + b"\x58\x00" * 2_000)))
    assert len(decode(request, Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=1).spans) == 1


def test_a_large_log_record_is_relieved_of_its_body_s_structure_only() -> None:
    tangle = AnyValue(
        kvlist_value=KeyValueList(values=[KeyValue(key="k", value=text("v"))] * 200_000)
    )
    for body, kept in ((tangle, AnyValue()), (text("x" * LARGE_BYTES), text("x" * LARGE_BYTES))):
        record = LogRecord(event_name="e", body=body, attributes=[FILLER])
        left = LogRecord.FromString(LargeItems().lightened(record.SerializeToString(), LOG_RECORD))
        assert (left.event_name, left.body, left.attributes[0]) == ("e", kept, FILLER)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_in_a_large_span_cost_that_span_only(before: bytes, inside: bytes) -> None:
    attribute = write_bytes(9, inside)
    raw = before + attribute + FILLER.SerializeToString() * 2
    request = write_bytes(1, write_bytes(2, write_bytes(2, raw)))
    decoded = decode(request, Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=10)
    assert len(decoded.spans) + len(decoded.rejections) == 1


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)
others = st.dictionaries(st.sampled_from(["resource", "scope", "schemaUrl", "x", *NAMES]), values)


def around(name: str, inner: st.SearchStrategy[object]) -> st.SearchStrategy[Mapping[str, object]]:
    """Return objects with a member *name* of the inner ones, somewhere among other members."""
    lists = st.lists(inner | values, max_size=3)
    return st.tuples(others, lists, others).map(lambda made: {**made[0], name: made[1], **made[2]})


requests = around(NAMES[0], around(NAMES[1], around(NAMES[2], values)))


def items_in(document: JsonDocument) -> Sequence[object]:
    """Return the items of each scope, as far as they are in lists."""
    return [
        [*document.items_of(list_in(scope, NAMES[2]))]
        for resource in list_in(document.root, NAMES[0])
        for scope in list_in(resource, NAMES[1])
    ]


def list_in(value: object, name: str) -> list[object]:
    member = value.get(name) if isinstance(value, dict) else None
    return member if isinstance(member, list) else []


@given(requests, st.sampled_from([0, orjson.OPT_INDENT_2]))
def test_a_cut_document_holds_the_same_items(request: object, option: int) -> None:
    body = orjson.dumps(request, option=option)
    pieces = cut(body, NAMES)
    opened = JsonDocument(parse_json(pieces.around, member="m"), pieces)
    assert items_in(opened) == items_in(JsonDocument(parse_json(body, member="m")))


@given(st.text(alphabet='{}[]",: \\ae1resourceSpans', max_size=40))
def test_any_text_is_cut_or_a_bad_payload(body: str) -> None:
    try:
        pieces = cut(body.encode(), NAMES)
    except BadPayload:
        return
    assert pieces.items == [] or pieces.around


def decoded_json(*spans: object, padding: int = 0) -> DecodedRequest:
    body = orjson.dumps(otlp_json.request(list[Any](spans)))
    body = body.replace(b'"spans":[', b'"spans":[' + b" " * padding)
    return decode(body, Encoding.JSON, wanted=EVERYTHING, max_spans=50_000)


def json_span(number: int, **attributes: str | float) -> Mapping[str, object]:
    return otlp_json.span("ab" * 16, f"{number:016x}", name="é\u2028", attributes=attributes)


@pytest.mark.parametrize("width", [10, 400_000, 1_200_000])
def test_a_large_json_body_decodes_like_a_small_one(width: int) -> None:
    spans = [json_span(number, text="x,{" * (width // 3)) for number in (1, 2, 3)]
    small, large = decoded_json(*spans), decoded_json(*spans, padding=WHOLE_BYTES)
    assert large == small
    assert len(large.spans) == 3


def test_bad_spans_of_a_large_json_body_are_refused_alone() -> None:
    large = decoded_json(json_span(1), "no span", json_span(0), json_span(2), padding=WHOLE_BYTES)
    assert [span.span_id[-1] for span in large.spans] == ["1", "2"]
    assert [rejection.index for rejection in large.rejections] == [1, 2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{}', b""),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{} {}]}]}]}', b""),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{},]}]}]}', b""),
        (b'{"resourceSpans":[]}', b"{}"),
        (b"[]", b""),
        (b'{"resourceSpans":', b"}"),
        (b'{"resourceSpans" [', b"]}"),
        (b"{resourceSpans:[", b"]}"),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"\xff"}', b"]}]}]}"),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":01}', b"]}]}]}"),
    ],
)
def test_a_broken_large_json_body_is_a_bad_payload(before: bytes, after: bytes) -> None:
    body = before + b" " * WHOLE_BYTES + (after or b"!")
    with pytest.raises(BadPayload, match=r"(cannot be read as|is not) JSON"):
        decode(body, Encoding.JSON, wanted=EVERYTHING, max_spans=10)


@pytest.mark.parametrize(
    "around", [b'{"x":[' + b'"ab",' * 500_000 + b"1]}", b'{"' + b"x" * 1_200_000 + b'":1}']
)
def test_too_much_around_the_items_is_refused(around: bytes) -> None:
    with pytest.raises(BadPayload, match="at most 1048576"):
        decode(around + b" " * WHOLE_BYTES, Encoding.JSON, wanted=EVERYTHING, max_spans=10)


def test_a_large_item_that_is_a_tangle_is_refused() -> None:
    tangle = [{"name": "a"}] * 400_000
    with pytest.raises(TooLarge, match="large items"):
        decoded_json({"attributes": tangle})


def test_too_many_events_in_all_are_refused() -> None:
    events = [Span.Event(name="e")] * 1_000
    raw = Span(trace_id=b"t" * 16, span_id=b"s" * 8, events=events).SerializeToString()
    scope = b"".join(write_bytes(2, raw) for _ in range(101))
    body = write_bytes(1, write_bytes(2, scope))
    with pytest.raises(TooLarge, match="more than 100000 events and links"):
        decode(body, Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=50_000)


def test_events_of_refused_spans_count_before_they_are_read() -> None:
    events = b"\x5a\x00" * 999 + b"\x5a\x02\x12\xff"  # the last has no text for a name
    raw = Span(trace_id=b"t" * 16, span_id=b"s" * 8).SerializeToString() + events
    allowed, too_many = (
        write_bytes(1, write_bytes(2, write_bytes(2, raw) * spans)) for spans in (100, 101)
    )
    decoded = decode(allowed, Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=999)
    assert len(decoded.rejections) == 100
    with pytest.raises(TooLarge, match="more than 100000 events and links"):
        decode(too_many, Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=999)


def test_too_many_fields_in_large_spans_are_refused_with_their_request() -> None:
    attribute = write_bytes(9, write_bytes(1, b"k"))
    event = write_bytes(11, write_bytes(3, b"") * 18)
    ids = Span(trace_id=b"t" * 16, span_id=b"s" * 8, name="x" * LARGE_BYTES).SerializeToString()
    raw = ids + attribute + event * 1_000  # 19,000 and some
    allowed = MAX_REQUEST_FIELDS // MAX_FIELDS + 1
    bodies = [
        write_bytes(1, write_bytes(2, write_bytes(2, raw) * spans))
        for spans in (allowed, allowed + 1)
    ]
    decoded = decode(bodies[0], Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=99)
    assert len(decoded.spans) == allowed
    with pytest.raises(TooLarge, match="large items have more than 50000 fields"):
        decode(bodies[1], Encoding.PROTOBUF, wanted=EVERYTHING, max_spans=99)
