"""Attribute values: what both encodings make of each member of AnyValue."""

import math

import orjson
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from helicone_otel.model import AttributeValue, Encoding, WantedAttributes
from helicone_otel.otlp import decode

WANTED = WantedAttributes(keys=frozenset({"a"}), prefixes=())
MIB = 1024 * 1024


def from_protobuf(value: AnyValue | bytes) -> AttributeValue:
    raw = value if isinstance(value, bytes) else value.SerializeToString()
    pair = KeyValue.FromString(KeyValue(key="a").SerializeToString())
    pair.value.MergeFromString(raw)
    span = Span(trace_id=b"T" * 16, span_id=b"S" * 8, attributes=[pair])
    scope_spans = ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])
    body = ExportTraceServiceRequest(resource_spans=[scope_spans]).SerializeToString()
    return decode(body, Encoding.PROTOBUF, wanted=WANTED, max_spans=1).spans[0].attributes["a"]


def json_body(value: object) -> bytes:
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "attributes": [{"key": "a", "value": value}]}
    return orjson.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})


def from_json(value: object) -> AttributeValue:
    request = decode(json_body(value), Encoding.JSON, wanted=WANTED, max_spans=1)
    assert request.rejections == []
    return request.spans[0].attributes["a"]


def reason_from_json(value: object) -> str:
    request = decode(json_body(value), Encoding.JSON, wanted=WANTED, max_spans=1)
    return request.rejections[0].reason


def array(*values: AnyValue) -> AnyValue:
    return AnyValue(array_value=ArrayValue(values=values))


@pytest.mark.parametrize(
    ("protobuf", "json", "value"),
    [
        pytest.param(AnyValue(string_value="é"), {"stringValue": "é"}, "é", id="string"),
        pytest.param(AnyValue(string_value=""), {"stringValue": ""}, "", id="empty string"),
        pytest.param(
            AnyValue(string_value="a\0b"), {"stringValue": "a\0b"}, "a\0b", id="NUL is kept"
        ),
        pytest.param(AnyValue(bool_value=True), {"boolValue": True}, True, id="true"),
        pytest.param(AnyValue(bool_value=False), {"boolValue": False}, False, id="false"),
        pytest.param(AnyValue(int_value=0), {"intValue": 0}, 0, id="zero"),
        pytest.param(AnyValue(int_value=-7), {"intValue": "-7"}, -7, id="int as text"),
        pytest.param(AnyValue(int_value=5), {"intValue": 5.0}, 5, id="int as a whole double"),
        pytest.param(
            AnyValue(int_value=-(2**63)), {"intValue": str(-(2**63))}, -(2**63), id="least int"
        ),
        pytest.param(AnyValue(double_value=0.5), {"doubleValue": 0.5}, 0.5, id="double"),
        pytest.param(AnyValue(double_value=2), {"doubleValue": 2}, 2.0, id="double without point"),
        pytest.param(
            AnyValue(double_value=-math.inf), {"doubleValue": "-Infinity"}, -math.inf, id="infinity"
        ),
        pytest.param(
            AnyValue(bytes_value=b"\xfb\xff"), {"bytesValue": "+/8="}, b"\xfb\xff", id="b64"
        ),
        pytest.param(
            AnyValue(bytes_value=b"\xfb\xff"), {"bytesValue": "-_8"}, b"\xfb\xff", id="URL-safe b64"
        ),
        pytest.param(
            array(AnyValue(int_value=1), AnyValue()),
            {"arrayValue": {"values": [{"intValue": "1"}, {}]}},
            [1, None],
            id="array",
        ),
        pytest.param(array(), {"arrayValue": {}}, [], id="empty array"),
        pytest.param(
            AnyValue(
                kvlist_value=KeyValueList(
                    values=[
                        KeyValue(key="x", value=AnyValue(int_value=number)) for number in (1, 2)
                    ]
                )
            ),
            {
                "kvlistValue": {
                    "values": [{"key": "x", "value": {"intValue": number}} for number in (1, 2)]
                }
            },
            {"x": 2},
            id="the last of a repeated key in a map wins",
        ),
        pytest.param(AnyValue(), {}, None, id="unset"),
        pytest.param(AnyValue(), None, None, id="null"),
        pytest.param(AnyValue(), {"stringValue": None}, None, id="null member"),
        pytest.param(
            AnyValue(string_value_strindex=3), {"stringValueStrindex": 3}, None, id="newer member"
        ),
    ],
)
def test_a_value_is_the_same_from_both_encodings(
    protobuf: AnyValue, json: object, value: AttributeValue
) -> None:
    for found in (from_protobuf(protobuf), from_json(json)):
        assert found == value
        assert type(found) is type(value)


def test_a_member_that_does_not_exist_yet_is_ignored() -> None:
    assert from_protobuf(b"\xf8\x01\x05") is None


def test_nan_is_kept_for_the_writer_to_replace() -> None:
    for found in (
        from_protobuf(AnyValue(double_value=math.nan)),
        from_json({"doubleValue": "NaN"}),
    ):
        assert isinstance(found, float)
        assert math.isnan(found)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("x", "attribute value is 'x', expected an object", id="bare string"),
        pytest.param({"stringValue": 1}, "stringValue is 1, expected a string", id="string"),
        pytest.param({"boolValue": 1}, "boolValue is 1, expected true or false", id="bool"),
        pytest.param(
            {"intValue": str(2**63)},
            f"intValue is '{2**63}', expected an integer from {-(2**63)} to {2**63 - 1}",
            id="int past 64 bits",
        ),
        pytest.param(
            {"intValue": "9" * 5_000},
            f"intValue is '{'9' * 40}'…, expected an integer from {-(2**63)} to {2**63 - 1}",
            id="int of 5,000 digits",
        ),
        pytest.param(
            {"intValue": True},
            f"intValue is True, expected an integer from {-(2**63)} to {2**63 - 1}",
            id="bool as int",
        ),
        pytest.param({"doubleValue": "x"}, "doubleValue is 'x', expected a number", id="double"),
        pytest.param({"doubleValue": []}, "doubleValue is a list, expected a number", id="list"),
        pytest.param({"bytesValue": "a"}, "bytesValue is 'a', expected base64", id="bytes"),
        pytest.param({"bytesValue": "é"}, "bytesValue is 'é', expected base64", id="not ASCII"),
        pytest.param(
            {"arrayValue": {"values": {}}}, "arrayValue is an object, expected a list", id="array"
        ),
        pytest.param(
            {"kvlistValue": {"values": [1]}},
            "kvlistValue item is 1, expected an object",
            id="map",
        ),
    ],
)
def test_a_wanted_value_of_the_wrong_type_refuses_its_span(value: object, reason: str) -> None:
    assert reason_from_json(value) == reason


def test_text_over_a_mebibyte_is_cut_with_a_mark() -> None:
    text = "é" * MIB
    for found in (from_protobuf(AnyValue(string_value=text)), from_json({"stringValue": text})):
        assert isinstance(found, str)
        assert len(found.encode()) <= MIB
        assert "~" in found[-13:]


def test_bytes_over_a_mebibyte_are_cut() -> None:
    assert from_protobuf(AnyValue(bytes_value=bytes(MIB + 1))) == bytes(MIB)


@pytest.mark.parametrize(("levels", "innermost"), [(32, 1), (33, None)])
def test_lists_are_kept_to_32_levels(levels: int, innermost: int | None) -> None:
    protobuf: AnyValue = AnyValue(int_value=1)
    json: dict[str, object] = {"intValue": 1}
    expected: AttributeValue = innermost
    for _ in range(levels):
        protobuf, json = array(protobuf), {"arrayValue": {"values": [json]}}
    for _ in range(32):
        expected = [expected]
    assert from_protobuf(protobuf) == from_json(json) == expected


def test_values_past_ten_thousand_are_left_out() -> None:
    row = array(*[AnyValue(int_value=1)] * 6_000)
    found = from_protobuf(array(row, row, row))
    assert isinstance(found, list)
    assert [len(part) for part in found] == [6_000, 3_998]
