import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionUserMessageParam

from helicone_otel.demo.journal import JournalEntry
from helicone_otel.demo.provider import StandInProvider

MODEL = "gpt-4o-mini"
QUESTION: ChatCompletionUserMessageParam = {
    "role": "user",
    "content": "How do I reset my password?",
}


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    with StandInProvider() as provider:
        yield provider


@pytest.fixture
def client(provider: StandInProvider) -> Iterator[OpenAI]:
    with OpenAI(base_url=provider.base_url, api_key="not-a-key", max_retries=0) as client:
        yield client


def ask(client: OpenAI) -> ChatCompletion:
    return client.chat.completions.create(model=MODEL, messages=[QUESTION])


def test_a_completion_names_the_dated_model_and_stops(client: OpenAI) -> None:
    completion = ask(client)
    assert completion.model == "gpt-4o-mini-2024-07-18"
    assert completion.id.startswith("chatcmpl-")
    assert completion.choices[0].finish_reason == "stop"
    assert "Forgot password?" in (completion.choices[0].message.content or "")


def test_usage_adds_up(client: OpenAI) -> None:
    usage = ask(client).usage
    assert usage is not None
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_long_prompt_is_cached_in_steps_of_128_tokens(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Research. " * 600}]
    )
    assert completion.usage is not None
    assert completion.usage.prompt_tokens_details is not None
    assert completion.usage.prompt_tokens == 1507
    assert completion.usage.prompt_tokens_details.cached_tokens == 1408


def test_the_same_prompt_gets_the_same_answer_under_another_id(client: OpenAI) -> None:
    first, second = ask(client), ask(client)
    assert first.choices == second.choices
    assert first.usage == second.usage
    assert first.id != second.id


def test_text_parts_of_a_message_are_read(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": [{"type": "text", "text": "Lost my password"}]}],
    )
    assert completion.choices == ask(client).choices


async def _ask_async(provider: StandInProvider) -> ChatCompletion:
    async with AsyncOpenAI(base_url=provider.base_url, api_key="not-a-key") as client:
        return await client.chat.completions.create(model=MODEL, messages=[QUESTION])


def test_the_async_client_gets_the_same_answer(provider: StandInProvider, client: OpenAI) -> None:
    assert asyncio.run(_ask_async(provider)).choices == ask(client).choices


def test_a_stream_is_the_answer_in_pieces_then_its_usage(client: OpenAI) -> None:
    whole = ask(client)
    options: openai.types.chat.ChatCompletionStreamOptionsParam = {"include_usage": True}
    with client.chat.completions.create(
        model=MODEL, messages=[QUESTION], stream=True, stream_options=options
    ) as stream:
        chunks = list(stream)
    pieces = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert len(pieces) > 10
    assert "".join(pieces) == whole.choices[0].message.content
    assert [chunk.usage for chunk in chunks if chunk.usage] == [whole.usage]
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_carries_usage_only_on_request(client: OpenAI) -> None:
    with client.chat.completions.create(model=MODEL, messages=[QUESTION], stream=True) as stream:
        chunks = list(stream)
    assert [chunk.usage for chunk in chunks if chunk.usage] == []
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_caller_who_leaves_a_stream_early_harms_no_one(client: OpenAI) -> None:
    with client.chat.completions.create(model=MODEL, messages=[QUESTION], stream=True) as stream:
        next(iter(stream))
    assert ask(client).choices[0].finish_reason == "stop"


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_embeddings_are_unit_vectors_of_the_size_asked_for(client: OpenAI, encoding: str) -> None:
    answer = client.embeddings.create(
        model="text-embedding-3-small",
        input=["one", "two"],
        dimensions=8,
        encoding_format="float" if encoding == "float" else openai.omit,
    )
    first, second = (item.embedding for item in answer.data)
    assert len(first) == 8
    assert sum(value * value for value in first) == pytest.approx(1, abs=1e-6)
    assert first != second
    assert answer.usage.total_tokens == 2


def test_the_models_are_listed(client: OpenAI) -> None:
    assert MODEL in [model.id for model in client.models.list()]


def test_the_request_id_comes_back_as_helicone_id(client: OpenAI) -> None:
    request_id = str(uuid4())
    answer = client.chat.completions.with_raw_response.create(
        model=MODEL, messages=[QUESTION], extra_headers={"Helicone-Request-Id": request_id}
    )
    assert answer.headers["Helicone-Id"] == request_id


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("fail-500", openai.InternalServerError),
        ("fail-429", openai.RateLimitError),
        ("fail-401", openai.AuthenticationError),
    ],
)
def test_a_model_can_fail_on_purpose(
    client: OpenAI, model: str, error: type[openai.APIStatusError]
) -> None:
    with pytest.raises(error, match="fails on purpose"):
        client.chat.completions.create(model=model, messages=[QUESTION])


@pytest.mark.parametrize(
    ("method", "url_path", "body", "status"),
    [
        pytest.param("POST", "/chat/completions", b"{", 400, id="no JSON"),
        pytest.param("POST", "/chat/completions", b"[]", 400, id="no object"),
        pytest.param("POST", "/chat/completions", b"[" * 100_000, 400, id="too deep"),
        pytest.param("POST", "/chat/completions", b'{"messages":[]}', 400, id="no model"),
        pytest.param("POST", "/chat/completions", b'{"model":"m"}', 400, id="no messages"),
        pytest.param("POST", "/embeddings", b'{"model":"m","input":[1,2]}', 400, id="token ids"),
        pytest.param("POST", "/embeddings", b'{"model":"m","input":[]}', 400, id="no input"),
        pytest.param("POST", "/responses", b'{"model":"m"}', 400, id="no response asked"),
        pytest.param("POST", "/assistants", b"{}", 404, id="unknown path"),
        pytest.param("GET", "/chat/completions", b"", 404, id="wrong method"),
    ],
)
def test_what_cannot_be_answered_gets_an_openai_error(
    provider: StandInProvider, method: str, url_path: str, body: bytes, status: int
) -> None:
    answer = httpx2.request(method, provider.base_url + url_path, content=body)
    assert answer.status_code == status
    assert answer.json()["error"].keys() == {"message", "type", "param", "code"}
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_journal_holds_what_arrived(provider: StandInProvider, client: OpenAI) -> None:
    client.chat.completions.create(
        model=MODEL,
        messages=[QUESTION],
        extra_headers={"Helicone-Session-Path": "/question", "X-Other": "not recorded"},
    )
    assert provider.journal == [
        JournalEntry(
            url_path="/v1/chat/completions",
            model=MODEL,
            headers={"helicone-session-path": "/question"},
            status=200,
        )
    ]


def test_the_journal_is_served_without_itself(provider: StandInProvider, client: OpenAI) -> None:
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model="fail-429", messages=[QUESTION])
    url = provider.base_url.removesuffix("/v1") + "/_journal"
    expected = [
        {"url_path": "/v1/chat/completions", "model": "fail-429", "headers": {}, "status": 429}
    ]
    assert httpx2.get(url).json() == expected
    assert httpx2.get(url).json() == expected


def test_the_port_is_free_again_afterwards() -> None:
    with StandInProvider() as first:
        port = httpx2.URL(first.base_url).port
        assert port
    with StandInProvider(port=port) as second:
        assert httpx2.get(second.base_url + "/models").status_code == 200


def test_it_runs_alone() -> None:
    command = [sys.executable, "-m", "helicone_otel.demo.provider", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            name, _, base_url = process.stdout.readline().strip().partition("=")
            assert name == "OPENAI_BASE_URL"
            assert json.loads(httpx2.get(base_url + "/models").content)["object"] == "list"
        finally:
            process.terminate()
