"""Manual logs as spans: ids, times, status, headers."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import pytest

from helicone_otel.errors import BadPayload
from manual_logs import TIMING, attributes_of, logged_span, manual_log

REQUEST_ID = "11111111-2222-4333-8444-555555555555"
OK, ERROR = 0, 2
INTERNAL, CLIENT = 1, 3


def header(name: str) -> str:
    return f"http.request.header.helicone-{name}"


def ids_of(body: bytes, headers: Mapping[str, str] | None = None) -> tuple[bytes, bytes]:
    span = logged_span(body, headers)
    return span.trace_id, span.span_id


def test_the_same_log_has_the_same_ids_and_another_has_others() -> None:
    body = manual_log({"model": "a"})
    assert ids_of(body) == ids_of(body)
    assert ids_of(body) != ids_of(manual_log({"model": "b"}))
    assert ids_of(body) != ids_of(body, {"Helicone-Session-Id": "other"})


def test_a_request_id_alone_makes_the_ids() -> None:
    headers = {"Helicone-Request-Id": REQUEST_ID}
    assert ids_of(manual_log({"model": "a"}), headers) == ids_of(manual_log(status=500), headers)


def test_a_log_without_times_is_another_each_time() -> None:
    body = manual_log(timing=None)
    first, second = logged_span(body), logged_span(body)
    assert first.span_id != second.span_id
    assert first.start_time_unix_nano == first.end_time_unix_nano > 0


@pytest.mark.parametrize("said", ["no-uuid", "", None])
def test_what_is_no_request_id_gives_way_to_one(said: str | None) -> None:
    headers = {} if said is None else {"Helicone-Request-Id": said}
    request_id = attributes_of(logged_span(manual_log(), headers))[header("request-id")]
    assert str(uuid.UUID(request_id)) == request_id


@pytest.mark.parametrize(
    "start",
    [
        {"seconds": 1_709_208_000, "milliseconds": 250},
        {"seconds": 1_709_208_000.25, "milliseconds": 0},
        "1709208000250",
        "2024-02-29T12:00:00.250Z",
        "2024-02-29T13:00:00.250+01:00",
        "2024-02-29T12:00:00.250",
    ],
)
def test_a_time_is_read_in_every_spelling(start: object) -> None:
    span = logged_span(manual_log(timing={**TIMING, "startTime": start}))
    assert span.start_time_unix_nano == 1_709_208_000_250_000_000
    assert span.end_time_unix_nano == 1_709_208_002_000_000_000


def test_digits_that_are_too_few_for_milliseconds_are_seconds() -> None:
    span = logged_span(manual_log(timing={**TIMING, "startTime": "1709208000"}))
    assert span.start_time_unix_nano == 1_709_208_000_000_000_000


def test_the_first_token_is_told_in_seconds() -> None:
    span = logged_span(manual_log(timing={**TIMING, "timeToFirstToken": 125}))
    assert attributes_of(span)["gen_ai.response.time_to_first_chunk"] == 0.125


@pytest.mark.parametrize(
    ("status", "code", "http_status"),
    [(200, OK, 200), (404, ERROR, 404), (500, ERROR, 500), (-3, ERROR, None)],
)
def test_the_status_is_that_of_the_provider(
    status: int, code: int, http_status: int | None
) -> None:
    span = logged_span(manual_log(status=status))
    assert span.status.code == code
    assert attributes_of(span).get("http.response.status_code") == http_status


def test_headers_that_place_the_call_are_kept_and_no_others() -> None:
    sent = {
        "Authorization": "Bearer planted",
        "Helicone-Auth": "Bearer planted",
        "Helicone-Posthog-Key": "planted",
        "Helicone-Session-Id": "run-1",
        "Helicone-Property-Env": "test",
    }
    span = logged_span(manual_log(), sent)
    said = attributes_of(span)
    assert said[header("session-id")] == "run-1"
    assert said[header("property-env")] == "test"
    assert b"planted" not in span.SerializeToString()


def test_meta_stands_for_headers_and_real_ones_win() -> None:
    meta = {"Helicone-Session-Id": "from meta", "Helicone-User-Id": "ann", "session_id": "x"}
    said = attributes_of(logged_span(manual_log(meta=meta), {"helicone-session-id": "sent"}))
    assert said[header("session-id")] == "sent"
    assert said[header("user-id")] == "ann"


@pytest.mark.parametrize(
    ("route", "named", "provider"),
    [
        ("openai", None, "openai"),
        ("google", None, "gcp.gemini"),
        ("", "ANTHROPIC", "anthropic"),
        ("openai", "MISTRAL", "mistral"),
        ("", "CUSTOM", None),
        ("", None, None),
    ],
)
def test_the_provider_is_the_routes_unless_the_log_names_one(
    route: str, named: str | None, provider: str | None
) -> None:
    span = logged_span(manual_log(provider=named), provider=route)
    assert attributes_of(span).get("gen_ai.provider.name") == provider


def test_an_override_names_the_model_of_both_sides() -> None:
    body = manual_log({"model": "mine"}, {"model": "mine-v2"})
    said = attributes_of(logged_span(body, {"Helicone-Model-Override": "gpt-4o"}))
    assert said["gen_ai.request.model"] == said["gen_ai.response.model"] == "gpt-4o"


def test_what_is_to_be_omitted_is_in_no_attribute() -> None:
    body = manual_log(
        {"model": "m", "prompt": "planted question"}, {"choices": [{"text": "planted answer"}]}
    )
    omitted = {"Helicone-Omit-Request": "true", "Helicone-Omit-Response": "true"}
    span = logged_span(body, omitted)
    assert span.name == "text_completion m"
    assert b"planted" not in span.SerializeToString()
    assert b"planted question" in logged_span(body).SerializeToString()


@pytest.mark.parametrize(
    ("request_body", "name", "operation"),
    [
        ({"_type": "tool", "toolName": "search"}, "execute_tool search", "execute_tool"),
        ({"_type": "vector_db", "operation": "insert"}, "vector_db", "retrieval"),
        ({"_type": "data", "name": "load users"}, "load users", None),
    ],
)
def test_logs_of_other_work_are_spans_of_that_kind(
    request_body: Mapping[str, Any], name: str, operation: str | None
) -> None:
    span = logged_span(manual_log(request_body, {"found": 3}))
    said = attributes_of(span)
    assert (span.name, span.kind) == (name, INTERNAL)
    assert said.get("gen_ai.operation.name") == operation
    assert (said["input.value"], said["output.value"]) == (request_body, {"found": 3})


def test_a_model_call_is_a_client_span_named_by_operation_and_model() -> None:
    span = logged_span(manual_log({"model": "gpt-4o-mini", "messages": []}))
    assert (span.name, span.kind) == ("chat gpt-4o-mini", CLIENT)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"{", "the body is not JSON", id="cut"),
        pytest.param(b"[]", "expected one with `providerRequest`", id="list"),
        pytest.param(b"{}", "providerRequest: Field required", id="empty"),
        pytest.param(manual_log(providerRequest={}), "providerRequest.json", id="no body"),
        pytest.param(manual_log(providerResponse={}), "providerResponse.status", id="no status"),
        pytest.param(manual_log(status=10**30), "providerResponse.status", id="huge status"),
        pytest.param(
            manual_log(timing={**TIMING, "startTime": "noon"}), "timing.startTime", id="no time"
        ),
        pytest.param(
            manual_log(timing={**TIMING, "endTime": {"seconds": 10**18, "milliseconds": 0}}),
            "timing.endTime",
            id="time out of range",
        ),
        pytest.param(
            manual_log(timing={**TIMING, "endTime": {"seconds": -1, "milliseconds": 0}}),
            "timing.endTime",
            id="negative time",
        ),
        pytest.param(
            b'{"providerRequest": {"json": {"a": ' + b"[" * 500 + b"]" * 500 + b"}},"
            b' "providerResponse": {"status": 200}}',
            "254 levels",
            id="deep",
        ),
    ],
)
def test_what_is_no_log_is_refused_with_the_place(body: bytes, said: str) -> None:
    with pytest.raises(BadPayload, match=said):
        logged_span(body)


def test_odd_keys_and_texts_are_data() -> None:
    odd = {"__proto__": {"a": 1}, "model": "../'; --", "messages": [{"role": "{{7*7}}\x00"}]}
    said = attributes_of(logged_span(manual_log(odd, {"__class__": "x"})))
    assert said["input.value"] == odd
    assert said["gen_ai.request.model"] == "../'; --"


def test_a_lone_surrogate_from_javascript_is_replaced() -> None:
    body = manual_log({"model": "m", "prompt": "planted"}).replace(b"planted", rb"cut \ud83d")
    said = json.dumps(attributes_of(logged_span(body)), ensure_ascii=False)
    assert "cut \N{REPLACEMENT CHARACTER}" in said
