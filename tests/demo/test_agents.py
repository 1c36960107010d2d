import asyncio
import runpy
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from helicone_otel import instrument, uninstrument
from helicone_otel.demo import chatbot, content_generator, research_agent
from helicone_otel.demo.provider import StandInProvider
from helicone_otel.session_reference import (
    SessionReference,
    reference_from_headers,
    session_id_of_trace,
)

HEADERS_EXAMPLE = Path(__file__).parents[2] / "examples" / "research_agent_headers.py"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInProvider]:
    with StandInProvider() as provider:
        monkeypatch.setenv("OPENAI_BASE_URL", provider.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "not-a-key")
        monkeypatch.delenv("OPENAI_MODEL", raising=False)
        yield provider


@pytest.fixture
def spans(provider: StandInProvider) -> Iterator[InMemorySpanExporter]:
    """Trace the agents; the exporter holds the spans that ended."""
    exporter = InMemorySpanExporter()
    tracer_provider = TracerProvider()
    tracer_provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrument(tracer_provider=tracer_provider, hosts=[urlsplit(provider.base_url).netloc])
    yield exporter
    uninstrument()
    tracer_provider.shutdown()


def references(provider: StandInProvider) -> list[SessionReference]:
    return [reference_from_headers(entry.headers) for entry in provider.journal]


def research_headers(provider: StandInProvider) -> list[Mapping[str, str]]:
    """Return the headers of the four calls, without those that are new in each run."""
    fresh = {"helicone-session-id", "helicone-request-id"}
    return [
        {name: value for name, value in entry.headers.items() if name not in fresh}
        for entry in provider.journal
    ]


@pytest.mark.usefixtures("spans")
def test_the_research_agent_says_where_each_call_lies(provider: StandInProvider) -> None:
    assert "# Quantum computing" in research_agent.main()
    said = references(provider)
    session_id = said[0].id
    assert session_id == str(UUID(session_id))
    paths = ["/research", "/research/extract", "/research/analyze", "/research/analyze/report"]
    assert said == [
        SessionReference(
            id=session_id,
            path=path,
            name="Research Agent",
            user_id="user-123",
            properties={"environment": "production", "topic": "quantum_computing"},
        )
        for path in paths
    ]


@pytest.mark.usefixtures("spans")
def test_the_research_agent_sends_what_one_would_write_by_hand(provider: StandInProvider) -> None:
    research_agent.main()
    with StandInProvider() as other, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_BASE_URL", other.base_url)
        runpy.run_path(str(HEADERS_EXAMPLE), run_name="__main__")
        assert research_headers(provider) == research_headers(other)


def test_the_chatbot_is_one_session_over_two_traces(
    provider: StandInProvider, spans: InMemorySpanExporter
) -> None:
    assert "spam folder" in chatbot.main()
    first, second = references(provider)
    assert first == second
    assert first == SessionReference(
        id=first.id,
        path="/question",
        name="Customer Support",
        properties={"topic": "password_reset"},
    )
    turns = [s for s in spans.get_finished_spans() if s.name == "Customer Support"]
    assert len({turn.context.trace_id for turn in turns if turn.context}) == 2


def test_the_content_generator_is_the_session_of_its_trace(
    provider: StandInProvider, spans: InMemorySpanExporter
) -> None:
    assert asyncio.run(content_generator.main()).startswith("B.")
    *variations, selection = references(provider)
    [trace_id] = {s.context.trace_id for s in spans.get_finished_spans() if s.context}
    session_id = session_id_of_trace(f"{trace_id:032x}")
    name = "Content Generator"
    assert sorted(variations, key=lambda said: said.properties["variation"]) == [
        SessionReference(
            id=session_id, path="/generate/variation", name=name, properties={"variation": letter}
        )
        for letter in "ABC"
    ]
    assert selection == SessionReference(id=session_id, path="/generate/select", name=name)


def test_the_variations_are_written_in_parallel(
    provider: StandInProvider, spans: InMemorySpanExporter
) -> None:
    asyncio.run(content_generator.main())
    written = [s for s in spans.get_finished_spans() if s.name == "variation"]
    assert len(written) == len(provider.journal) - 1 == 3
    latest_start = max(s.start_time or 0 for s in written)
    assert latest_start < min(s.end_time or 0 for s in written)


@pytest.mark.usefixtures("spans")
def test_the_model_can_be_chosen(
    provider: StandInProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_MODEL", "gpt-4o")
    chatbot.main()
    assert [entry.model for entry in provider.journal] == ["gpt-4o", "gpt-4o"]


@pytest.mark.usefixtures("provider")
def test_an_agent_works_without_instrumentation() -> None:
    assert "spam folder" in chatbot.main()
