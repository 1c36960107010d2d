"""OTLP logs in JSON, written as one would by hand, and the same in protobuf."""

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7"
TIME_NS = 1_709_208_000_000_000_000
_IDS = {"traceId", "spanId"}  # hexadecimal, which protobuf's own reader takes for base64
JSON = {"content-type": "application/json"}
PROTOBUF = {"content-type": "application/x-protobuf"}


def log_record(
    event_name: str = "",
    attributes: Mapping[str, object] | None = None,
    *,
    body: str = "",
    trace_id: str = "",
    span_id: str = "",
    time_ns: int = TIME_NS,
) -> dict[str, Any]:
    return {
        "timeUnixNano": str(time_ns),
        "eventName": event_name,
        "body": {"stringValue": body},
        "attributes": [_attribute(key, value) for key, value in (attributes or {}).items()],
        "traceId": trace_id,
        "spanId": span_id,
    }


def logs_request(
    *records: Mapping[str, Any], resource: Mapping[str, object] | None = None
) -> dict[str, Any]:
    attributes = [_attribute(key, value) for key, value in (resource or {}).items()]
    scope_logs = [{"scope": {"name": "test"}, "logRecords": list(records)}]
    return {"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": scope_logs}]}


def in_protobuf(request: Mapping[str, Any]) -> bytes:
    """Return the same request in protobuf."""
    (resource_logs,) = request["resourceLogs"]
    records = resource_logs["scopeLogs"][0]["logRecords"]
    plain = [{name: record[name] for name in record.keys() - _IDS} for record in records]
    scope_logs = [{**resource_logs["scopeLogs"][0], "logRecords": plain}]
    document = {"resourceLogs": [{**resource_logs, "scopeLogs": scope_logs}]}
    message = Parse(json.dumps(document), ExportLogsServiceRequest())
    made = message.resource_logs[0].scope_logs[0].log_records
    for log, record in zip(made, records, strict=True):
        log.trace_id = bytes.fromhex(record["traceId"])
        log.span_id = bytes.fromhex(record["spanId"])
    return bytes(message.SerializeToString())


def claude_request(session_id: str = "claude-1", **changes: object) -> dict[str, Any]:
    """Return the record that Claude Code logs for a model call, its numbers as text."""
    attributes = {
        "event.name": "api_request",
        "session.id": session_id,
        "user.id": "ann",
        "model": "claude-3-5-haiku-20241022",
        "input_tokens": "9",
        "output_tokens": "5",
        "cache_read_tokens": "200",
        "cache_creation_tokens": "30",
        "cost_usd": "0.0125",
        "duration_ms": "1500",
    }
    return log_record(attributes={**attributes, **changes}, body="claude_code.api_request")


def _attribute(key: str, value: object) -> dict[str, Any]:
    match value:
        case int():
            return {"key": key, "value": {"intValue": str(value)}}
        case float():
            return {"key": key, "value": {"doubleValue": value}}
        case _:
            return {"key": key, "value": {"stringValue": str(value)}}
