"""Log records are told apart by all they hold, and not by their encoding."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from helicone_otel.model import Encoding, Signal, WantedAttributes
from helicone_otel.otlp import convert_request, decode_logs, log_identity
from otlp_logs import TRACE, log_record, logs_request
from otlp_requests import log_requests

NOTHING = WantedAttributes(keys=frozenset(), prefixes=())


def identities(body: bytes, encoding: Encoding) -> Sequence[bytes]:
    request = decode_logs(body, encoding, wanted=NOTHING, max_records=100)
    return [log_identity(record) for record in request.records]


@settings(max_examples=40)
@given(log_requests)
def test_a_record_is_the_same_in_both_encodings(request: ExportLogsServiceRequest) -> None:
    protobuf = request.SerializeToString()
    in_json = convert_request(protobuf, Encoding.PROTOBUF, Encoding.JSON, Signal.LOGS)
    assert identities(in_json, Encoding.JSON) == identities(protobuf, Encoding.PROTOBUF)


def test_fields_that_only_one_encoding_can_carry_on_are_left_out() -> None:
    record, scope = b"\x62\x04name", b"\x98\x06\x01"  # event_name; field 99
    plain, newer = (
        b"\x0a" + bytes([len(item) + 4, 0x12, len(item) + 2, 0x12, len(item)]) + item
        for item in (record, record + scope)
    )
    assert identities(plain, Encoding.PROTOBUF) == identities(newer, Encoding.PROTOBUF)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(logs_request(log_record("a", {"n": 2})), id="an attribute"),
        pytest.param(logs_request(log_record("a", {"n": 1}, body="said")), id="a body"),
        pytest.param(logs_request(log_record("a", {"n": 1}, trace_id=TRACE)), id="a trace"),
        pytest.param(
            logs_request(log_record("a", {"n": 1}), resource={"service.name": "b"}), id="a resource"
        ),
    ],
)
def test_another_record_is_another(other: dict[str, Any]) -> None:
    one = logs_request(log_record("a", {"n": 1}))
    first, second = (
        identities(json.dumps(request).encode(), Encoding.JSON) for request in (one, other)
    )
    assert first != second


def test_what_protobuf_cannot_hold_is_told_apart_all_the_same() -> None:
    odd = [{**log_record(), "severityText": number} for number in (5, 6)]
    body = json.dumps(logs_request(*odd, odd[0])).encode()
    first, second, again = identities(body, Encoding.JSON)
    assert first == again != second
