"""What arrives is what Helicone's page about sessions sends by hand, plus a request id.

Each example of the page stands here twice: as its headers, and as blocks.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from uuid import UUID

import pytest
from openai import OpenAI

from helicone_otel import SessionReference, session, step

pytestmark = pytest.mark.usefixtures("instrumented")
Headers = dict[str, str]
Blocks = list[AbstractContextManager[SessionReference]]
ID = "6f1de3a8-51bc-4bd6-b0d0-0a6f4ef5a3f7"
PROPERTIES = {"Environment": "production", "Topic": "quantum_computing", "Priority": "high"}


def headers(path: str, name: str, **more: str) -> Headers:
    said = {
        "Helicone-Session-Id": ID,
        "Helicone-Session-Path": path,
        "Helicone-Session-Name": name,
    }
    return said | {"Helicone-" + key.replace("_", "-"): value for key, value in more.items()}


def research(*pieces: str) -> Callable[[], Blocks]:
    return lambda: [session("Research Agent", id=ID), *map(step, pieces)]


def analyzing(*pieces: str) -> Callable[[], Blocks]:
    return lambda: [session("Document Analyzer", id=ID), *map(step, pieces)]


def supporting() -> Blocks:
    return [
        session("Customer Support", id=ID, properties={"Topic": "password_reset"}),
        step("question"),
    ]


def varied(letter: str) -> Headers:
    return headers("/generate/variation", "Content Generator", Property_Variation=letter)


def variation(letter: str) -> Callable[[], Blocks]:
    return lambda: [
        session("Content Generator", id=ID),
        step("generate"),
        step("variation", properties={"Variation": letter}),
    ]


EXAMPLES: list[tuple[str, Headers, Callable[[], Blocks]]] = [
    (
        "quick start",
        headers("/analyze", "Document Analyzer"),
        analyzing("analyze"),
    ),
    *(
        (f"paths: {path}", headers(path, "Document Analyzer"), analyzing(*path.split("/")[1:]))
        for path in ("/analyze/extract", "/analyze/summarize", "/analyze/extract/validate")
    ),
    ("agent: research", headers("/research", "Research Agent"), research("research")),
    (
        "agent: extract",
        headers("/research/extract", "Research Agent"),
        research("research", "extract"),
    ),
    (
        "agent: analyze",
        headers("/research/analyze", "Research Agent"),
        research("research", "analyze"),
    ),
    (
        "agent: report",
        headers("/research/analyze/report", "Research Agent"),
        research("research", "analyze", "report"),
    ),
    *(
        (
            f"chatbot: {turn}",
            headers("/question", "Customer Support", Property_Topic="password_reset"),
            supporting,
        )
        for turn in ("question", "follow-up")
    ),
    *((f"parallel: {letter}", varied(letter), variation(letter)) for letter in "ABC"),
    (
        "parallel: select",
        headers("/generate/select", "Content Generator"),
        lambda: [session("Content Generator", id=ID), step("generate/select")],
    ),
    (
        "custom properties",
        headers(
            "/research",
            "Research Agent",
            User_Id="user-123",
            **{f"Property_{name}": value for name, value in PROPERTIES.items()},
        ),
        lambda: [
            session("Research Agent", id=ID, user_id="user-123", properties=PROPERTIES),
            step("research"),
        ],
    ),
]


def of_helicone(arrived: Headers) -> Headers:
    return {name: value for name, value in arrived.items() if name.startswith("helicone-")}


def ask(client: OpenAI, by_hand: Headers | None = None) -> None:
    client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "Analyze this document..."}],
        extra_headers=by_hand,
    )


@pytest.mark.parametrize(("by_hand", "blocks"), [pytest.param(h, b, id=n) for n, h, b in EXAMPLES])
def test_an_example_arrives_the_same(
    by_hand: Headers,
    blocks: Callable[[], Blocks],
    openai_client: OpenAI,
    received: list[Headers],
) -> None:
    ask(openai_client, by_hand)
    with ExitStack() as open_blocks:
        for block in blocks():
            open_blocks.enter_context(block)
        ask(openai_client)
    page, ours = map(of_helicone, received)
    assert page.keys() - {"helicone-request-id"} == {name.lower() for name in by_hand}
    for arrived in (page, ours):
        assert UUID(arrived.pop("helicone-request-id")).version == 4
    assert ours == page
    assert set(page.values()) == set(by_hand.values())
