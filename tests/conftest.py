"""The real server on free ports, and a stock SDK that exports to it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from helicone_otel.settings import ImplicitSessions, Settings
from running import RunningServer, serving

# A shared, busy machine makes single examples slow; that is no finding.
hypothesis_settings.register_profile(
    "default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
# A mutant lives or dies by the same few examples each time, and needs no smallest one.
hypothesis_settings.register_profile(
    "mutants",
    hypothesis_settings.get_profile("default"),
    max_examples=20,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
hypothesis_settings.load_profile("default")


@pytest.fixture
def server_settings(tmp_path: Path) -> Settings:
    return Settings(database=tmp_path / "sessions.db", port=0, grpc_port=0)


@pytest.fixture
def server(server_settings: Settings) -> Iterator[RunningServer]:
    with serving(server_settings) as server:
        yield server


@pytest.fixture
def server_without_implicit_sessions(server_settings: Settings) -> Iterator[RunningServer]:
    with serving(replace(server_settings, implicit_sessions=ImplicitSessions.NONE)) as server:
        yield server


@pytest.fixture
def sdk(server: RunningServer) -> Iterator[TracerProvider]:
    """Return a stock SDK whose every span is stored when it has ended."""
    provider = TracerProvider(resource=Resource.create({"service.name": "test-app"}))
    exporter = OTLPSpanExporter(f"{server.url}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider
    provider.shutdown()
