"""The id generator `helicone_session`: a session's UUID is its trace id."""

from uuid import UUID, uuid4

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased

import helicone_otel
from helicone_otel import session, step
from helicone_otel.client.id_generator import SessionIdGenerator


def switched_on(sampler: Sampler | None = None) -> TracerProvider:
    provider = TracerProvider(sampler, id_generator=SessionIdGenerator(), shutdown_on_exit=False)
    helicone_otel.instrument(tracer_provider=provider)
    return provider


def current_trace_id() -> int:
    return trace.get_current_span().get_span_context().trace_id


def test_a_session_with_a_uuid_starts_a_trace_of_that_id() -> None:
    switched_on()
    session_id = uuid4()
    with session("Chat", id=session_id) as reference, step("plan"):
        assert current_trace_id() == session_id.int
    assert reference.id == str(session_id)


@pytest.mark.parametrize("session_id", [None, "not-a-uuid", str(UUID(int=0))])
def test_other_sessions_start_random_traces(session_id: str | None) -> None:
    switched_on()
    seen = set()
    for _ in range(2):
        with session("Chat", id=session_id):
            seen.add(current_trace_id())
    assert len(seen - {0}) == 2


def test_a_span_outside_any_session_starts_a_random_trace() -> None:
    tracer = switched_on().get_tracer("app")
    spans = [tracer.start_span("x").get_span_context().trace_id for _ in range(2)]
    assert len({*spans} - {0}) == 2


@pytest.mark.parametrize("sampler", [TraceIdRatioBased(0.5), ParentBased(TraceIdRatioBased(0.5))])
def test_a_ratio_sampler_is_warned_of_once(
    sampler: Sampler, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = switched_on(sampler)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    for _ in range(2):
        with session("Chat", id=uuid4()):
            pass
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "ratio sampler" in caplog.text
