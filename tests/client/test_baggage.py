"""Sessions in baggage: only when asked for, only to listed hosts."""

import httpx2
import pytest
from opentelemetry import baggage, propagate, trace
from opentelemetry import context as otel_context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import helicone_otel
from helicone_otel import SessionReference, current_session, session, step

Headers = dict[str, str]
CARRIED = {
    "baggage": "helicone.session.id=1,helicone.session.name=Caf%C3%A9,mine=x,"
    "helicone.session.path=%2Fplan,helicone.user.id=u"
}


@pytest.fixture
def _with_baggage(provider: TracerProvider, gateway: str) -> None:
    helicone_otel.instrument(
        tracer_provider=provider, hosts=[gateway], http_spans=True, propagate="baggage"
    )


def post(url: str) -> None:
    with httpx2.Client() as client:
        client.post(url).raise_for_status()


@pytest.mark.usefixtures("_with_baggage")
def test_only_listed_hosts_get_the_session(
    gateway: str, elsewhere: str, received: list[Headers], received_elsewhere: list[Headers]
) -> None:
    with session("Café", id="1", user_id="u"), step("plan"):
        post(gateway)
        post(elsewhere)
    assert "helicone.session.id=1" in received[0]["baggage"]
    assert "helicone.session.path=%2Fplan" in received[0]["baggage"]
    assert "baggage" not in received_elsewhere[0]
    assert "traceparent" in received_elsewhere[0]


def test_nobody_gets_it_unless_asked_for(
    http_spans: TracerProvider, gateway: str, received: list[Headers]
) -> None:
    del http_spans
    with session("Chat", id="1"):
        post(gateway)
    assert "baggage" not in received[0]


@pytest.mark.usefixtures("_with_baggage")
def test_a_session_goes_on_where_it_arrives(
    provider: TracerProvider,
    elsewhere: str,
    received_elsewhere: list[Headers],
    exporter: InMemorySpanExporter,
) -> None:
    token = otel_context.attach(propagate.extract(CARRIED))
    try:
        with provider.get_tracer("app").start_as_current_span("work"):
            assert current_session() == SessionReference.of(
                id="1", name="Café", path="/plan/work", user_id="u"
            )
        assert dict(baggage.get_all()) == {"mine": "x"}
        post(elsewhere)
    finally:
        otel_context.detach(token)
    (work,) = (span for span in exporter.get_finished_spans() if span.name == "work")
    assert (work.attributes or {})["session.id"] == "1"
    assert (work.attributes or {})["helicone.session.origin"] == "baggage"
    assert received_elsewhere[0]["baggage"] == "mine=x"


@pytest.mark.usefixtures("_with_baggage")
def test_what_was_said_here_came_from_here(exporter: InMemorySpanExporter) -> None:
    token = otel_context.attach(propagate.extract(CARRIED))
    try:
        with step("theirs"), session("Chat", id="2"), step("ours"):
            pass
    finally:
        otel_context.detach(token)
    origins = {
        span.name: (span.attributes or {}).get("helicone.session.origin")
        for span in exporter.get_finished_spans()
    }
    assert origins == {"theirs": "baggage", "Chat": None, "ours": None}


@pytest.mark.parametrize(
    "carried",
    [
        {
            "baggage": "helicone.property.x="
            + "y" * 4000
            + ",helicone.property.z="
            + "y" * 4000
            + ",helicone.session.id="
            + "y" * 300
        },
        {"baggage": ",".join(f"helicone.property.p{n}=1" for n in range(65))},
        {"baggage": "mine=x"},
        {},
    ],
    ids=["too large", "too many", "none of ours", "no baggage"],
)
@pytest.mark.usefixtures("_with_baggage")
def test_other_baggage_starts_no_session(carried: Headers) -> None:
    token = otel_context.attach(propagate.extract(carried))
    try:
        assert current_session() is None
    finally:
        otel_context.detach(token)


def test_switching_off_restores_the_propagators(provider: TracerProvider) -> None:
    before = propagate.get_global_textmap()
    helicone_otel.instrument(tracer_provider=provider, propagate="baggage")
    assert propagate.get_global_textmap() is not before
    helicone_otel.uninstrument()
    assert propagate.get_global_textmap() is before


def test_another_word_is_reported(
    provider: TracerProvider, caplog: pytest.LogCaptureFixture
) -> None:
    helicone_otel.instrument(tracer_provider=provider, propagate="pigeon")  # type: ignore[arg-type] # wrong on purpose
    assert "'pigeon'" in caplog.text
    assert trace.get_tracer_provider() is not provider
