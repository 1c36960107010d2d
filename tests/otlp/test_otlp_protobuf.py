import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from helicone_otel.errors import BadPayload, TooLarge
from helicone_otel.model import (
    DecodedRequest,
    Encoding,
    OtelSpanKind,
    SpanEvent,
    SpanRecord,
    WantedAttributes,
)
from helicone_otel.otlp import decode, encode_request

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
TRACE_ID, SPAN_ID, PARENT_ID = b"T" * 16, b"S" * 8, b"P" * 8
LAST_TIME = 2**63 - 1


def sent(span: Span | None = None) -> Span:
    """Return a whole valid span, with the fields of *span* in place of its own."""
    whole = Span(
        trace_id=TRACE_ID,
        span_id=SPAN_ID,
        name="chat",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=10,
        end_time_unix_nano=20,
    )
    for field, value in (span or Span()).ListFields():
        whole.ClearField(field.name)
        whole.MergeFrom(Span(**{field.name: value}))
    return whole


def body_of(*spans: Span | bytes) -> bytes:
    raw = [span if isinstance(span, bytes) else span.SerializeToString() for span in spans]
    envelope = ResourceSpans(scope_spans=[ScopeSpans()]).SerializeToString()
    return encode_request(envelope, raw, Encoding.PROTOBUF)


def decoded(body: bytes, wanted: WantedAttributes = EVERYTHING) -> DecodedRequest:
    return decode(body, Encoding.PROTOBUF, wanted=wanted, max_spans=100)


def only_record(body: bytes, wanted: WantedAttributes = EVERYTHING) -> SpanRecord:
    request = decoded(body, wanted)
    assert request.rejections == []
    return request.spans[0]


def attribute(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def test_every_field_of_a_span_is_read() -> None:
    span = sent(
        Span(
            parent_span_id=PARENT_ID,
            status=Status(code=Status.STATUS_CODE_ERROR, message="rate limit"),
            attributes=[attribute("a", "1"), attribute("b", "2")],
            events=[Span.Event(name="exception", time_unix_nano=15)],
            links=[Span.Link(trace_id=b"L" * 16), Span.Link(trace_id=b"L" * 16)],
        )
    )
    record = only_record(body_of(span), WantedAttributes(keys=frozenset("b"), prefixes=()))
    assert (record.trace_id, record.span_id) == (TRACE_ID.hex(), SPAN_ID.hex())
    assert record.parent_span_id == PARENT_ID.hex()
    assert (record.name, record.kind) == ("chat", OtelSpanKind.CLIENT)
    assert (record.start_ns, record.end_ns) == (10, 20)
    assert (record.status_code, record.status_message) == (2, "rate limit")
    assert (record.attributes, record.attribute_count) == ({"b": "2"}, 2)
    assert record.events == [SpanEvent(name="exception", time_ns=15)]
    assert record.linked_trace_ids == ((b"L" * 16).hex(),)
    assert record.raw == span.SerializeToString()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            Span(trace_id=b"abc"), "trace_id has 3 bytes, expected 16", id="short trace id"
        ),
        pytest.param(Span(trace_id=b"a" * 17), "trace_id has 17 bytes, expected 16", id="long"),
        pytest.param(
            Span(trace_id=bytes(16)),
            "trace_id is all zeros, expected 16 bytes that are not",
            id="zero trace id",
        ),
        pytest.param(Span(span_id=b"a"), "span_id has 1 bytes, expected 8", id="short span id"),
        pytest.param(
            Span(span_id=bytes(8)),
            "span_id is all zeros, expected 8 bytes that are not",
            id="zero span id",
        ),
        pytest.param(
            Span(parent_span_id=b"abc"),
            "parent_span_id has 3 bytes, expected 8",
            id="short parent id",
        ),
        pytest.param(
            Span(start_time_unix_nano=2**63),
            f"start_time_unix_nano is {2**63}, expected 0 to {LAST_TIME}",
            id="start past the year 2262",
        ),
        pytest.param(
            Span(end_time_unix_nano=2**64 - 1),
            f"end_time_unix_nano is {2**64 - 1}, expected 0 to {LAST_TIME}",
            id="end past the year 2262",
        ),
        pytest.param(
            Span(events=[Span.Event(time_unix_nano=2**63)]),
            f"event time_unix_nano is {2**63}, expected 0 to {LAST_TIME}",
            id="event past the year 2262",
        ),
        pytest.param(
            Span(attributes=[attribute(str(number), "") for number in range(2_049)]),
            "span has 2049 attributes, expected at most 2048",
            id="too many attributes",
        ),
        pytest.param(
            Span(events=[Span.Event()] * 1_025),
            "span has 1025 events, expected at most 1024",
            id="too many events",
        ),
        pytest.param(
            Span(links=[Span.Link()] * 1_025),
            "span has 1025 links, expected at most 1024",
            id="too many links",
        ),
    ],
)
def test_a_bad_span_is_refused_alone_with_its_place_and_reason(change: Span, reason: str) -> None:
    request = decoded(body_of(sent(), sent(change), sent()))
    assert len(request.spans) == 2
    assert [(rejection.index, rejection.reason) for rejection in request.rejections] == [
        (1, reason)
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(
            sent().SerializeToString() + b"\x2a\x01\xff",
            "String field had bad UTF-8, expected an OTLP Span in protobuf",
            id="bad UTF-8 in the name",
        ),
        pytest.param(
            sent().SerializeToString() + b"\x5a\x07\x1a\x05\x0a\x03\xff\xff\xff",
            "String field had bad UTF-8, expected an OTLP Event in protobuf",
            id="bad UTF-8 in an attribute of an event",
        ),
        pytest.param(
            sent().SerializeToString() + b"\x6a\x03\x1a\x01\xff",
            "String field had bad UTF-8, expected an OTLP Link in protobuf",
            id="bad UTF-8 in the state of a link",
        ),
        pytest.param(
            b"\x0a\x10abc", "Wire format was corrupt, expected an OTLP Span in protobuf", id="cut"
        ),
        pytest.param(b"", "trace_id has 0 bytes, expected 16", id="empty"),
    ],
)
def test_a_span_that_does_not_decode_is_refused_alone(raw: bytes, reason: str) -> None:
    request = decoded(body_of(raw, sent()))
    assert len(request.spans) == 1
    assert [rejection.reason for rejection in request.rejections] == [reason]


def test_indexes_of_rejections_run_over_all_scopes() -> None:
    first = ScopeSpans(spans=[sent(), sent()])
    second = ScopeSpans(spans=[sent(), sent(Span(span_id=b"x"))])
    request = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(scope_spans=[first]), ResourceSpans(scope_spans=[second])]
    )
    assert [item.index for item in decoded(request.SerializeToString()).rejections] == [3]


@pytest.mark.parametrize("parent", [b"", bytes(8)], ids=["empty", "zeros"])
def test_an_empty_or_zero_parent_id_is_no_parent(parent: bytes) -> None:
    raw = sent().SerializeToString() + b"\x22" + bytes([len(parent)]) + parent
    assert only_record(body_of(raw)).parent_span_id is None


def test_times_are_left_as_sent() -> None:
    record = only_record(body_of(sent(Span(start_time_unix_nano=LAST_TIME, end_time_unix_nano=1))))
    assert (record.start_ns, record.end_ns) == (LAST_TIME, 1)


def test_a_kind_not_known_yet_is_unspecified() -> None:
    raw = sent().SerializeToString() + b"\x30\x63"
    assert only_record(body_of(raw)).kind is OtelSpanKind.UNSPECIFIED


def test_only_valid_links_name_traces() -> None:
    links = [Span.Link(trace_id=b"a"), Span.Link(trace_id=bytes(16)), Span.Link(trace_id=TRACE_ID)]
    assert only_record(body_of(sent(Span(links=links)))).linked_trace_ids == (TRACE_ID.hex(),)


def test_the_last_of_a_repeated_attribute_wins() -> None:
    pairs = [attribute("a", "1"), attribute("b", "x"), attribute("a", "2")]
    record = only_record(body_of(sent(Span(attributes=pairs))))
    assert record.attributes == {"a": "2", "b": "x"}
    assert record.attribute_count == 3


def test_attributes_are_wanted_by_key_or_prefix() -> None:
    pairs = [attribute(key, key) for key in ("model", "model.name", "session.id", "session")]
    wanted = WantedAttributes(keys=frozenset({"model"}), prefixes=("session.",))
    record = only_record(body_of(sent(Span(attributes=pairs))), wanted)
    assert record.attributes == {"model": "model", "session.id": "session.id"}


def test_a_key_over_a_kibibyte_is_never_wanted() -> None:
    pairs = [attribute("k" * 1_024, "kept"), attribute("k" * 1_025, "left out")]
    record = only_record(body_of(sent(Span(attributes=pairs))))
    assert list(record.attributes.values()) == ["kept"]
    assert record.attribute_count == 2


@pytest.mark.parametrize(
    "key", ["__proto__", "__class__", "$where", "'; DROP TABLE spans; --", "{{7*7}}", "../a", ""]
)
def test_attribute_keys_are_data(key: str) -> None:
    record = only_record(body_of(sent(Span(attributes=[attribute(key, "1")]))))
    assert record.attributes == {key: "1"}


def test_more_keys_than_are_remembered_are_still_told_apart() -> None:
    spans = [
        sent(Span(attributes=[attribute(f"{span}.{number}", "") for number in range(2_000)]))
        for span in range(4)
    ]
    wanted = WantedAttributes(keys=frozenset({"0.7", "3.9"}), prefixes=())
    records = decoded(body_of(*spans), wanted).spans
    assert [list(record.attributes) for record in records] == [["0.7"], [], [], ["3.9"]]


def test_a_long_name_is_cut_with_a_mark() -> None:
    name = only_record(body_of(sent(Span(name="é" * 8_192)))).name
    assert len(name.encode()) <= 8_192
    assert name.startswith("éé")
    assert "~" in name[-13:]


def test_spans_of_a_scope_share_their_origin() -> None:
    resource = Resource(attributes=[attribute("service.name", "shop"), attribute("host", "a")])
    scope = InstrumentationScope(name="openai", version="1")
    batch = ResourceSpans(
        resource=resource, scope_spans=[ScopeSpans(scope=scope, spans=[sent(), sent()])]
    )
    wanted = WantedAttributes(keys=frozenset({"service.name"}), prefixes=())
    request = ExportTraceServiceRequest(resource_spans=[batch])
    first, second = decoded(request.SerializeToString(), wanted).spans
    assert first.origin is second.origin
    assert first.origin.encoding is Encoding.PROTOBUF
    assert first.origin.resource == {"service.name": "shop"}
    assert first.origin.scope_name == "openai"


def test_an_empty_request_is_a_success() -> None:
    assert decoded(b"") == DecodedRequest(spans=[], rejections=[])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"\x0a\xff", "not an OTLP export request in protobuf", id="cut"),
        pytest.param(
            b"\x0a\x02\x12\x05", "a field is longer than what it is in", id="broken resource"
        ),
        pytest.param(
            b"\x0a\x04\x12\x02\x0a\x05", "a field is longer than what it is in", id="broken scope"
        ),
        pytest.param(b"\x0a\x03\x1a\x01\xff", "bad UTF-8", id="bad UTF-8 in a schema URL"),
        pytest.param(b'{"resourceSpans":[]}', "needs Content-Type: application/json", id="JSON"),
        pytest.param(b"\x1f\x8b\x08\x00\x00", "needs Content-Encoding: gzip", id="gzip"),
    ],
)
def test_a_broken_envelope_is_a_bad_payload_that_says_why(body: bytes, said: str) -> None:
    with pytest.raises(BadPayload, match=said):
        decoded(body)


def test_a_resource_with_too_many_attributes_is_a_bad_payload() -> None:
    resource = Resource(attributes=[attribute(str(number), "") for number in range(2_049)])
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=resource)])
    with pytest.raises(BadPayload, match="a resource has 2049 attributes, expected at most 2048"):
        decoded(request.SerializeToString())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(body_of(*[b""] * 101), id="spans"),
        pytest.param(b"\x0a\xca\x01" + b"\x12\x00" * 101, id="empty scopes"),
        pytest.param(b"\x0a\x00" * 50_001, id="empty resources"),
    ],
)
def test_too_many_parts_are_refused_before_they_are_decoded(body: bytes) -> None:
    with pytest.raises(TooLarge, match=r"more than (100 spans|50000 resources)"):
        decoded(body)


def test_a_large_resource_with_many_scopes_is_refused() -> None:
    resource = Resource(attributes=[attribute("large", "x" * 1_000_000)])
    batch = ResourceSpans(resource=resource, scope_spans=[ScopeSpans()] * 80)
    with pytest.raises(TooLarge, match="resources, one for each scope"):
        decoded(ExportTraceServiceRequest(resource_spans=[batch]).SerializeToString())
