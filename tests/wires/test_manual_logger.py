"""Helicone's own manual logger, unchanged, with its endpoint set to our server."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from helicone_helpers import HeliconeManualLogger

from helicone_otel.model import LlmRequest, Usage
from running import RunningServer

CHAT = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello"}]}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 3},
    },
}
SESSION = {
    "Helicone-Session-Id": "run-1",
    "Helicone-Session-Path": "/research/draft",
    "Helicone-Session-Name": "Research",
}


@pytest.fixture
def logger(server: RunningServer) -> HeliconeManualLogger:
    """Return the logger as the docs set it up, but for the endpoint."""
    return HeliconeManualLogger("sk-helicone-test", {}, logging_endpoint=server.url)


def log(
    logger: HeliconeManualLogger,
    request: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    provider: str = "openai",
    headers: Mapping[str, str] = SESSION,
) -> None:
    logger.log_request(
        dict(request),
        lambda recorder: recorder.append_results(dict(answer)),
        additional_headers=dict(headers),
        provider=provider,
    )


def requests_of(server: RunningServer, session_id: str = "run-1") -> list[LlmRequest]:
    with server.store.snapshot() as snapshot:
        return snapshot.list_requests(session_id)


def test_a_logged_call_is_a_request_of_its_session(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    user_and_property = {"Helicone-User-Id": "ann", "Helicone-Property-Env": "test"}
    log(logger, CHAT, ANSWER, headers={**SESSION, **user_and_property})
    (request,) = requests_of(server)
    assert (request.session_name, request.path) == ("Research", "/research/draft")
    assert (request.user_id, request.properties) == ("ann", {"env": "test"})
    assert (request.provider, request.request_model) == ("openai", "gpt-4o-mini")
    assert request.response_model == "gpt-4o-mini-2024-07-18"
    assert (request.status, request.failed) == (200, False)
    assert request.usage == Usage(
        input_tokens=11, output_tokens=7, cache_read_tokens=4, reasoning_tokens=3
    )
    assert request.cost is not None


def test_headers_of_the_logger_itself_count_too(server: RunningServer) -> None:
    logger = HeliconeManualLogger("sk-helicone-test", SESSION, logging_endpoint=server.url)
    log(logger, CHAT, ANSWER, headers={})
    assert len(requests_of(server)) == 1


def test_input_tokens_of_anthropic_include_its_cache(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    answer = {
        "model": "claude-3-5-haiku-20241022",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 9,
            "output_tokens": 5,
            "cache_read_input_tokens": 2,
            "cache_creation_input_tokens": 3,
        },
    }
    log(logger, {**CHAT, "model": "claude-3-5-haiku-latest"}, answer, provider="anthropic")
    (request,) = requests_of(server)
    assert request.provider == "anthropic"
    assert request.usage == Usage(
        input_tokens=14, output_tokens=5, cache_read_tokens=2, cache_write_tokens=3
    )


def test_a_streamed_answer_is_put_together(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    builder = logger.log_builder(dict(CHAT), additional_headers=dict(SESSION))
    for chunk in (
        {"id": "c", "model": "gpt-4o-mini", "choices": [{"index": 0, "delta": {"content": "He"}}]},
        {"choices": [{"index": 0, "delta": {"content": "y"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    ):
        builder.add_chunk(chunk)
    asyncio.run(builder.send_log())
    (request,) = requests_of(server)
    assert request.usage == Usage(input_tokens=3, output_tokens=2)
    assert request.time_to_first_token_ns is not None


def test_an_answer_that_is_only_text_is_kept_without_usage(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    builder = logger.log_builder(dict(CHAT), additional_headers=dict(SESSION))
    builder.add_response("Hello")
    asyncio.run(builder.send_log())
    (request,) = requests_of(server)
    assert (request.request_model, request.usage) == ("gpt-4o-mini", None)


def test_a_logged_tool_is_a_span_of_the_session_and_no_model_call(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    log(logger, CHAT, ANSWER)
    log(
        logger,
        {"_type": "tool", "toolName": "search", "input": {"query": "hello"}},
        {"found": 3},
        headers={**SESSION, "Helicone-Session-Path": "/research/search"},
    )
    with server.store.snapshot() as snapshot:
        summary = snapshot.get_session("run-1")
    assert (summary.spans, summary.totals.requests) == (2, 1)


def test_a_failing_operation_is_not_logged_and_its_error_goes_through(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    def fail(_recorder: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        logger.log_request(dict(CHAT), fail, additional_headers=dict(SESSION))
    assert requests_of(server) == []


def test_sessions_of_the_logger_are_found_by_helicones_own_query(
    server: RunningServer, logger: HeliconeManualLogger
) -> None:
    log(logger, CHAT, ANSWER)
    query = {
        "filter": "all",
        "search": "",
        "timeFilter": {"startTimeUnixMs": 0, "endTimeUnixMs": 4_000_000_000_000},
        "timezoneDifference": 0,
    }
    (found,) = server.http.post("/v1/session/query", json=query).json()["data"]
    assert (found["session_id"], found["session_name"]) == ("run-1", "Research")
