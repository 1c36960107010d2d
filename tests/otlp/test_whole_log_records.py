"""Log records opened again for somebody who looks at them."""

import json

import pytest

import otlp_logs
from helicone_otel.mapping import WANTED_LOG_ATTRIBUTES
from helicone_otel.model import Encoding, ReceivedLogRecord
from helicone_otel.otlp import decode_logs, open_log_records

REQUEST = otlp_logs.logs_request(
    otlp_logs.log_record("gen_ai.choice", {"unheard.of": "kept", "n": 7}, body="said")
)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (json.dumps(REQUEST).encode(), Encoding.JSON),
        (otlp_logs.in_protobuf(REQUEST), Encoding.PROTOBUF),
    ],
)
def test_a_record_has_all_it_came_with(body: bytes, encoding: Encoding) -> None:
    (record,) = decode_logs(body, encoding, wanted=WANTED_LOG_ATTRIBUTES, max_records=10).records
    (whole,) = open_log_records(
        [
            ReceivedLogRecord(
                event_name=record.event_name,
                time_ns=record.time_ns,
                trace_id=None,
                span_id=None,
                session_id=None,
                encoding=encoding,
                envelope=record.origin.envelope,
                body=record.raw,
            )
        ]
    )
    assert (whole.event_name, whole.time_ns) == ("gen_ai.choice", otlp_logs.TIME_NS)
    assert whole.attributes == {"unheard.of": "kept", "n": 7}
    assert whole.body == "said"
