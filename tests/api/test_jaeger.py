"""Jaeger's query API: its JSON field by field, as its published UI model has it."""

from typing import Any

import pytest

import otlp_json
from running import RunningServer

TRACE = "c" * 32
START = 1_709_208_000 * 10**9
MICRO = 1000
SECOND = 10**9


@pytest.fixture(scope="module")
def shown(shared_server: RunningServer) -> RunningServer:
    root = otlp_json.span(
        TRACE, f"{1:016x}", name="agent", start_ns=START, end_ns=START + 3 * SECOND
    )
    call = otlp_json.span(
        TRACE,
        f"{2:016x}",
        parent=f"{1:016x}",
        name="chat gpt-4o",
        kind=3,
        start_ns=START + SECOND,
        attributes={
            "gen_ai.operation.name": "chat",
            "helicone.session.id": "run/1",
            "gen_ai.usage.input_tokens": 7,
            "temperature": 0.5,
            "large": 2**60,
        },
        failed=True,
    )
    call["status"]["message"] = "too slow"
    call["traceState"] = "a=b"
    call["events"] = [
        {
            "name": "retry",
            "timeUnixNano": str(START + SECOND + 5000),
            "attributes": [{"key": "attempt", "value": {"intValue": "2"}}],
        }
    ]
    call["links"] = [{"traceId": "d" * 32, "spanId": "e" * 16}]
    body = otlp_json.request([root, call], service="shop")
    body["resourceSpans"][0]["resource"]["attributes"].append(
        {"key": "host.name", "value": {"stringValue": "box"}}
    )
    assert shared_server.http.post("/v1/traces", json=body).json() == {}
    return shared_server


def ask(server: RunningServer, path: str, **parameters: str) -> Any:  # noqa: ANN401 - JSON
    answer = server.http.get(f"/jaeger/api/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"data", "total", "limit", "offset", "errors"}
    assert body["total"] == len(body["data"])
    assert body["errors"] is None
    return body["data"]


def test_a_trace_has_jaegers_fields(shown: RunningServer) -> None:
    (trace,) = ask(shown, "traces", service="shop")
    assert set(trace) == {"traceID", "spans", "processes", "warnings"}
    assert trace["traceID"] == TRACE
    assert trace["processes"] == {
        "p1": {
            "serviceName": "shop",
            "tags": [{"key": "host.name", "type": "string", "value": "box"}],
        }
    }
    root, call = trace["spans"]
    assert (root["references"], root["duration"]) == ([], 3 * SECOND // MICRO)
    tags = {tag["key"]: (tag["type"], tag["value"]) for tag in call.pop("tags")}
    assert call == {
        "traceID": TRACE,
        "spanID": f"{2:016x}",
        "operationName": "chat gpt-4o",
        "references": [
            {"refType": "CHILD_OF", "traceID": TRACE, "spanID": f"{1:016x}"},
            {"refType": "FOLLOWS_FROM", "traceID": "d" * 32, "spanID": "e" * 16},
        ],
        "startTime": (START + SECOND) // MICRO,
        "duration": SECOND // MICRO,
        "logs": [
            {
                "timestamp": (START + SECOND) // MICRO + 5,
                "fields": [
                    {"key": "event", "type": "string", "value": "retry"},
                    {"key": "attempt", "type": "int64", "value": 2},
                ],
            }
        ],
        "processID": "p1",
        "warnings": None,
    }
    assert tags == {
        "gen_ai.operation.name": ("string", "chat"),
        "helicone.session.id": ("string", "run/1"),
        "helicone.session.path": ("string", "/agent"),
        "gen_ai.usage.input_tokens": ("int64", 7),
        "temperature": ("float64", 0.5),
        "large": ("int64", str(2**60)),
        "span.kind": ("string", "client"),
        "error": ("bool", True),
        "otel.status_code": ("string", "ERROR"),
        "otel.status_description": ("string", "too slow"),
        "otel.scope.name": ("string", "test"),
        "w3c.tracestate": ("string", "a=b"),
    }


def test_a_session_is_one_trace_by_its_derived_trace_id(shown: RunningServer) -> None:
    session = shown.http.get("/api/sessions/run%2F1").json()["session"]
    (trace,) = ask(shown, f"traces/{session['trace_id']}")
    assert trace["traceID"] == session["trace_id"] != TRACE
    names = [span["operationName"] for span in trace["spans"]]
    assert names == ["agent", "agent", "chat gpt-4o"]
    services = {process["serviceName"] for process in trace["processes"].values()}
    assert services == {"shop", "helicone-otel"}
    (same,) = ask(shown, "traces", traceID=session["trace_id"])
    assert same == trace


def test_services_and_operations_are_listed(shown: RunningServer) -> None:
    assert ask(shown, "services") == ["shop"]
    assert ask(shown, "services/shop/operations") == ["agent", "chat gpt-4o"]
    assert ask(shown, "operations", service="shop", spanKind="client") == [
        {"name": "chat gpt-4o", "spanKind": "client"}
    ]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, 1),
        ({"service": "other"}, 0),
        ({"operation": "agent"}, 1),
        ({"operation": "nothing"}, 0),
        ({"minDuration": "2s"}, 1),
        ({"minDuration": "1m0.5s"}, 0),
        ({"maxDuration": "1500ms", "operation": "agent"}, 0),
        ({"tags": '{"error": "true"}'}, 1),
        ({"tag": "host.name:box"}, 1),
        ({"tag": "gen_ai.usage.input_tokens:8"}, 0),
        ({"tag": "helicone.session.id:run/1"}, 1),
        ({"start": str(START // MICRO), "end": str(START // MICRO + 1)}, 1),
        ({"start": str((START + 9 * SECOND) // MICRO)}, 0),
    ],
)
def test_traces_are_searched(shown: RunningServer, parameters: dict[str, str], found: int) -> None:
    assert len(ask(shown, "traces", **{"service": "shop", **parameters})) == found


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("traces", 400, "service"),
        ("traces?service=shop&minDuration=soon", 400, "soon"),
        ("traces?service=shop&tags=nonsense", 400, "tags"),
        ("traces?service=shop&limit=x", 400, "limit"),
        (f"traces/{'f' * 32}", 404, "f" * 32),
    ],
)
def test_errors_have_jaegers_shape(
    shown: RunningServer, path: str, status: int, reason: str
) -> None:
    answer = shown.http.get(f"/jaeger/api/{path}")
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert error["code"] == status
    assert reason in error["msg"]


def test_traces_that_are_missing_are_told_beside_the_others(shown: RunningServer) -> None:
    answer = shown.http.get("/jaeger/api/traces", params={"traceID": [TRACE, "f" * 32]}).json()
    assert [trace["traceID"] for trace in answer["data"]] == [TRACE]
    assert answer["errors"] == [{"msg": "trace not found", "traceID": "f" * 32}]
