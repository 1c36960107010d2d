"""The patterns of Helicone's page about sessions, written with blocks instead of headers."""

import asyncio

import pytest
from openai import AsyncOpenAI, OpenAI

from helicone_otel import session, step

pytestmark = pytest.mark.usefixtures("instrumented")
MODEL = "gpt-4o-mini"


def ask(client: OpenAI) -> None:
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "?"}])


def paths(received: list[dict[str, str]]) -> list[str]:
    return [headers["helicone-session-path"] for headers in received]


def test_research_agent(openai_client: OpenAI, received: list[dict[str, str]]) -> None:
    with session("Research Agent", id="run-1", user_id="user-123"), step("research"):
        ask(openai_client)
        with step("extract"):
            ask(openai_client)
        with step("analyze"):
            ask(openai_client)
            with step("report"):
                ask(openai_client)
    assert paths(received) == [
        "/research",
        "/research/extract",
        "/research/analyze",
        "/research/analyze/report",
    ]
    for headers in received:
        assert headers["helicone-session-id"] == "run-1"
        assert headers["helicone-session-name"] == "Research Agent"
        assert headers["helicone-user-id"] == "user-123"


def test_multi_turn_chatbot(openai_client: OpenAI, received: list[dict[str, str]]) -> None:
    for _turn in range(2):
        with (
            session("Customer Support", id="chat-1"),
            step("question", properties={"Topic": "password_reset"}),
        ):
            ask(openai_client)
    first, second = received
    assert paths(received) == ["/question", "/question"]
    assert first["helicone-session-id"] == second["helicone-session-id"] == "chat-1"
    assert first["helicone-property-topic"] == "password_reset"
    assert first["helicone-request-id"] != second["helicone-request-id"]


def test_parallel_operations(gateway: str, received: list[dict[str, str]]) -> None:
    async def ask_async(client: AsyncOpenAI) -> None:
        await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "?"}]
        )

    async def variation(client: AsyncOpenAI, letter: str) -> None:
        async with step("variation", properties={"Variation": letter}):
            await ask_async(client)

    @session("Content Generator")
    @step("generate")
    async def generate() -> None:
        async with AsyncOpenAI(base_url=f"{gateway}/v1", api_key="key", max_retries=0) as client:
            await asyncio.gather(*(variation(client, letter) for letter in "ABC"))
            async with step("select"):
                await ask_async(client)

    asyncio.run(generate())
    *variations, selection = received
    assert paths(variations) == ["/generate/variation"] * 3
    assert sorted(headers["helicone-property-variation"] for headers in variations) == [*"ABC"]
    assert selection["helicone-session-path"] == "/generate/select"
    assert "helicone-property-variation" not in selection
    assert len({headers["helicone-session-id"] for headers in received}) == 1
