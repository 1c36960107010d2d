"""Tracer providers that come after `instrument()` annotate their spans from the first one on."""

import subprocess
import sys

SET_UP = """
import httpx2
import helicone_otel
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

def paths():
    "Call below two spans of whoever is asked; return the path and the name that were sent."
    sent = []
    def answer(request):
        sent.append((request.headers["helicone-session-path"],
                     request.headers.get("helicone-session-name")))
        return httpx2.Response(200)
    with (
        tracer.start_as_current_span("Research Agent"),
        tracer.start_as_current_span("extract"),
        httpx2.Client(transport=httpx2.MockTransport(answer)) as client,
    ):
        client.post("https://ai-gateway.helicone.ai/v1/chat/completions")
    return sent
"""
ANNOTATED = "assert paths() == [('/Research-Agent/extract', 'Research Agent')], paths()"
NOT_ANNOTATED = "assert paths() == [('/', None)], paths()"


def run(*steps: str) -> None:
    """Run the steps in a fresh interpreter: the global provider can be set once."""
    script = "\n".join((SET_UP, *steps))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_first_trace_of_a_global_provider_set_later_is_annotated() -> None:
    run(
        "helicone_otel.instrument()",
        "trace.set_tracer_provider(TracerProvider())",
        "tracer = trace.get_tracer('app')",
        ANNOTATED,
    )


def test_a_provider_that_came_too_late_to_be_the_global_one_is_annotated_too() -> None:
    run(
        "trace.set_tracer_provider(TracerProvider())",
        "helicone_otel.instrument()",
        "other = TracerProvider()",
        "trace.set_tracer_provider(other)",
        "tracer = other.get_tracer('app')",
        ANNOTATED,
        "helicone_otel.uninstrument()",
        "with tracer.start_as_current_span('unseen') as span:",
        "    assert not hasattr(span, '_helicone_otel_trail')",
    )


def test_a_provider_that_was_given_is_the_only_one() -> None:
    run(
        "helicone_otel.instrument(tracer_provider=TracerProvider())",
        "trace.set_tracer_provider(TracerProvider())",
        "tracer = trace.get_tracer('app')",
        NOT_ANNOTATED,
    )


def test_switching_off_puts_the_function_back_and_leaves_later_providers_alone() -> None:
    run(
        "original = trace.set_tracer_provider",
        "helicone_otel.instrument()",
        "taken = trace.set_tracer_provider",
        "assert taken is not original",
        "helicone_otel.uninstrument()",
        "assert trace.set_tracer_provider is original",
        "provider = TracerProvider()",
        "taken(provider)",
        "assert trace.get_tracer_provider() is provider",
        "assert not provider._active_span_processor._span_processors",
    )


def test_a_provider_is_served_once_however_often_it_is_set() -> None:
    run(
        "class Slotted(TracerProvider):",
        "    def __setattr__(self, name, value):",
        "        if name == '_helicone_otel_processor': raise AttributeError(name)",
        "        super().__setattr__(name, value)",
        "helicone_otel.instrument()",
        "for provider in (TracerProvider(), Slotted()):",
        "    trace.set_tracer_provider(provider)",
        "    trace.set_tracer_provider(provider)",
        "    assert len(provider._active_span_processor._span_processors) == 1",
    )


def test_a_global_provider_that_replaces_another_is_annotated() -> None:
    run(
        "helicone_otel.instrument()",
        "trace.set_tracer_provider(TracerProvider())",
        "trace._TRACER_PROVIDER = None  # as test suites do",
        "trace._TRACER_PROVIDER_SET_ONCE = trace.Once()",
        "trace.set_tracer_provider(TracerProvider())",
        "tracer = trace.get_tracer('app')",
        ANNOTATED,
    )


def test_switching_off_wins_over_a_provider_that_is_just_set() -> None:
    run(
        "from helicone_otel.client.activation import Activation",
        "helicone_otel.instrument()",
        "activation = Activation.current",
        "helicone_otel.uninstrument()",
        "provider = TracerProvider()",
        "activation.serve(provider)  # a thread that was on its way",
        "assert not provider._active_span_processor._span_processors",
    )


def test_an_option_that_means_nothing_is_no_reason_to_fail() -> None:
    run(
        "original = trace.set_tracer_provider",
        "helicone_otel.instrument(propagate=['baggage'])",
        "helicone_otel.uninstrument()",
        "assert trace.set_tracer_provider is original",
    )
