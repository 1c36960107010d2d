import time

import orjson
import pytest

from helicone_otel.errors import BadPayload, TooLarge
from helicone_otel.model import (
    DecodedRequest,
    Encoding,
    OtelSpanKind,
    SpanEvent,
    SpanRecord,
    WantedAttributes,
)
from helicone_otel.otlp import decode

EVERYTHING = WantedAttributes(keys=frozenset(), prefixes=("",))
TRACE_ID, SPAN_ID = "0123456789abcdef" * 2, "fedcba9876543210"
LAST_TIME = 2**63 - 1


def span(**changes: object) -> dict[str, object]:
    """Return a valid span with *changes*."""
    valid = {"traceId": TRACE_ID, "spanId": SPAN_ID, "name": "chat", "kind": 3}
    return {**valid, "startTimeUnixNano": "10", "endTimeUnixNano": "20", **changes}


def body_of(*spans: object) -> bytes:
    return orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})


def decoded(body: bytes, wanted: WantedAttributes = EVERYTHING) -> DecodedRequest:
    return decode(body, Encoding.JSON, wanted=wanted, max_spans=100)


def only_record(body: bytes) -> SpanRecord:
    request = decoded(body)
    assert request.rejections == []
    return request.spans[0]


def attribute(key: str, value: str) -> dict[str, object]:
    return {"key": key, "value": {"stringValue": value}}


def test_every_field_of_a_span_is_read() -> None:
    sent = span(
        parentSpanId="AB" * 8,
        status={"code": 2, "message": "rate limit"},
        attributes=[attribute("a", "1"), attribute("b", "2"), attribute("a", "3")],
        events=[{"name": "exception", "timeUnixNano": "15"}],
        links=[{"traceId": "CD" * 16}, {"traceId": "cd" * 16}, {"traceId": "x"}, {}],
    )
    record = only_record(body_of(sent))
    assert (record.trace_id, record.span_id) == (TRACE_ID, SPAN_ID)
    assert record.parent_span_id == "ab" * 8
    assert (record.name, record.kind) == ("chat", OtelSpanKind.CLIENT)
    assert (record.start_ns, record.end_ns) == (10, 20)
    assert (record.status_code, record.status_message) == (2, "rate limit")
    assert (record.attributes, record.attribute_count) == ({"a": "3", "b": "2"}, 3)
    assert record.events == [SpanEvent(name="exception", time_ns=15)]
    assert record.linked_trace_ids == ("cd" * 16,)
    assert orjson.loads(record.raw) == sent


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            {"traceId": "abc"}, "traceId has 3 characters, expected 32 hex digits", id="short"
        ),
        pytest.param(
            {"traceId": "W6wWi3ZVvMjPnMCwTQlm2w=="},
            "traceId has 24 characters, expected 32 hex digits",
            id="base64 instead of hex",
        ),
        pytest.param(
            {"traceId": "g" * 32}, "traceId is not hexadecimal, expected 32 hex digits", id="no hex"
        ),
        pytest.param(
            {"traceId": "0" * 32},
            "traceId is all zeros, expected 32 hex digits that are not",
            id="zero trace id",
        ),
        pytest.param({"traceId": 7}, "traceId is 7, expected a string", id="number as id"),
        pytest.param(
            {"spanId": None}, "spanId has 0 characters, expected 16 hex digits", id="null span id"
        ),
        pytest.param(
            {"parentSpanId": "000"},
            "parentSpanId has 3 characters, expected 16 hex digits",
            id="short parent id",
        ),
        pytest.param(
            {"startTimeUnixNano": -1},
            f"startTimeUnixNano is -1, expected an integer from 0 to {LAST_TIME}",
            id="negative time",
        ),
        pytest.param(
            {"endTimeUnixNano": str(2**63)},
            f"endTimeUnixNano is '{2**63}', expected an integer from 0 to {LAST_TIME}",
            id="time past the year 2262",
        ),
        pytest.param(
            {"startTimeUnixNano": "12.5"},
            f"startTimeUnixNano is '12.5', expected an integer from 0 to {LAST_TIME}",
            id="fraction as time",
        ),
        pytest.param(
            {"kind": "CLIENT"},
            f"kind is 'CLIENT', expected an integer from {-(2**31)} to {2**31 - 1}",
            id="unknown enum name",
        ),
        pytest.param({"name": ["chat"]}, "name is a list, expected a string", id="name"),
        pytest.param({"status": "ok"}, "status is 'ok', expected an object", id="status"),
        pytest.param(
            {"attributes": {"a": "b"}}, "attributes is an object, expected a list", id="attributes"
        ),
        pytest.param(
            {"attributes": ["a"]}, "attributes item is 'a', expected an object", id="attribute"
        ),
        pytest.param({"attributes": [{"key": 1}]}, "key is 1, expected a string", id="key"),
        pytest.param({"events": [3]}, "event is 3, expected an object", id="event"),
        pytest.param({"links": ["x"]}, "link is 'x', expected an object", id="link"),
        pytest.param(
            {"attributes": [attribute(str(number), "") for number in range(2_049)]},
            "span has 2049 attributes, expected at most 2048",
            id="too many attributes",
        ),
        pytest.param(
            {"events": [{}] * 1_025}, "span has 1025 events, expected at most 1024", id="events"
        ),
        pytest.param(
            {"links": [{}] * 1_025}, "span has 1025 links, expected at most 1024", id="links"
        ),
    ],
)
def test_a_bad_span_is_refused_alone_with_its_place_and_reason(
    change: dict[str, object], reason: str
) -> None:
    request = decoded(body_of(span(), span(**change), span()))
    assert len(request.spans) == 2
    assert [(item.index, item.reason) for item in request.rejections] == [(1, reason)]


def test_something_that_is_no_span_is_refused_alone() -> None:
    request = decoded(body_of(7, None, span()))
    assert len(request.spans) == 1
    assert [item.reason for item in request.rejections] == [
        "span is 7, expected an object",
        "traceId has 0 characters, expected 32 hex digits",
    ]


@pytest.mark.parametrize("kind", [3, "3", "SPAN_KIND_CLIENT"])
def test_an_enum_is_a_number_or_its_name(kind: object) -> None:
    status = {"code": "STATUS_CODE_ERROR"}
    record = only_record(body_of(span(kind=kind, status=status)))
    assert (record.kind, record.status_code) == (OtelSpanKind.CLIENT, 2)


@pytest.mark.parametrize("time_ns", ["10", 10, 10.0])
def test_a_64_bit_integer_is_text_or_a_number(time_ns: object) -> None:
    assert only_record(body_of(span(startTimeUnixNano=time_ns))).start_ns == 10


def test_hex_ids_of_any_case_become_lower_case() -> None:
    record = only_record(body_of(span(traceId=TRACE_ID.upper(), spanId=SPAN_ID.upper())))
    assert (record.trace_id, record.span_id) == (TRACE_ID, SPAN_ID)


@pytest.mark.parametrize("parent", ["", None, "0" * 16])
def test_an_empty_or_zero_parent_id_is_no_parent(parent: object) -> None:
    assert only_record(body_of(span(parentSpanId=parent))).parent_span_id is None


def test_null_stands_for_the_default() -> None:
    sent = span(name=None, kind=None, status=None, attributes=None, events=None, links=None)
    record = only_record(body_of(sent))
    assert (record.name, record.kind, record.status_code) == ("", OtelSpanKind.UNSPECIFIED, 0)
    assert (record.attributes, record.events, record.linked_trace_ids) == ({}, (), ())


def test_unknown_and_snake_case_fields_are_ignored_but_kept_in_the_raw_span() -> None:
    record = only_record(body_of(span(status_message="x", futureField={"a": [1]})))
    assert record.status_message == ""
    assert orjson.loads(record.raw)["futureField"] == {"a": [1]}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param(rb"cut \ud83d", "cut \N{REPLACEMENT CHARACTER}", id="half an emoji"),
        pytest.param(rb"\uDE00 cut", "\N{REPLACEMENT CHARACTER} cut", id="the other half"),
        pytest.param(rb"\ud83d\ud83d\ude00", "\N{REPLACEMENT CHARACTER}😀", id="before a pair"),
        pytest.param(rb"\\ud83d \ud83d", "\\ud83d \N{REPLACEMENT CHARACTER}", id="escaped"),
        pytest.param(
            rb"\\\ud83d\\\\ud83d", "\\\N{REPLACEMENT CHARACTER}\\\\ud83d", id="escaped backslashes"
        ),
    ],
)
def test_a_lone_surrogate_becomes_the_replacement_character(sent: bytes, kept: str) -> None:
    body = body_of(span(name="NAME")).replace(b"NAME", sent)
    assert only_record(body).name == kept


def test_an_escaped_pair_is_one_character() -> None:
    body = body_of(span(name="NAME")).replace(b"NAME", rb"\ud83d\ude00")
    assert only_record(body).name == "😀"


def test_spans_of_a_scope_share_their_origin() -> None:
    resource = {"attributes": [attribute("service.name", "shop"), attribute("host", "a")]}
    scope_spans = {"scope": {"name": "openai"}, "spans": [span(), span()]}
    body = orjson.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope_spans]}]})
    wanted = WantedAttributes(keys=frozenset({"service.name"}), prefixes=())
    first, second = decoded(body, wanted).spans
    assert first.origin is second.origin
    assert first.origin.encoding is Encoding.JSON
    assert first.origin.resource == {"service.name": "shop"}
    assert first.origin.scope_name == "openai"


@pytest.mark.parametrize("body", [b"{}", b'{"resourceSpans":null}', b'{"resourceSpans":[{}]}'])
def test_an_empty_request_is_a_success(body: bytes) -> None:
    assert decoded(body) == DecodedRequest(spans=[], rejections=[])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "the body is not JSON", id="empty"),
        pytest.param(b'{"resourceSpans":', "the body is not JSON", id="cut"),
        pytest.param(b'{"a":"\xff"}', "the body is not JSON", id="bad UTF-8"),
        pytest.param(b'{"a":NaN}', "the body is not JSON", id="bare NaN"),
        pytest.param(b"[]", "no object, expected one with `resourceSpans`", id="list"),
        pytest.param(
            b'{"resourceSpans":{}}', "resourceSpans is an object, expected a list", id="no list"
        ),
        pytest.param(
            b'{"resourceSpans":[1]}', "resourceSpans item is 1, expected an object", id="resource"
        ),
        pytest.param(
            b'{"resourceSpans":[{"scopeSpans":[1]}]}',
            "scopeSpans item is 1, expected an object",
            id="scope",
        ),
        pytest.param(
            b'{"resourceSpans":[{"scopeSpans":[{"scope":{"name":1}}]}]}',
            "scope name is 1, expected a string",
            id="scope name",
        ),
    ],
)
def test_a_broken_envelope_is_a_bad_payload_that_says_why(body: bytes, said: str) -> None:
    with pytest.raises(BadPayload, match=said):
        decoded(body)


def test_too_many_spans_are_refused() -> None:
    with pytest.raises(TooLarge, match="more than 100 spans: send smaller batches"):
        decoded(body_of(*[{}] * 101))


def test_deep_json_is_refused_fast() -> None:
    started = time.monotonic()
    with pytest.raises(BadPayload, match="nested too deep"):
        decoded(b'{"a":' + b"[" * 10_000_000)
    assert time.monotonic() - started < 1


def test_json_too_deep_to_write_refuses_its_span_alone() -> None:
    body = body_of(span(x="SHALLOW"), span(x="DEEP"))
    body = body.replace(b'"SHALLOW"', b"[" * 250 + b"]" * 250)
    request = decoded(body.replace(b'"DEEP"', b"[" * 300 + b"]" * 300))
    assert len(request.spans) == 1
    assert request.rejections[0].reason.endswith("expected at most 254 levels")
