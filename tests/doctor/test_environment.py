"""What is found in the environment that SDKs read, and that the advice cures it."""

from collections.abc import Mapping

import pytest

from helicone_otel.doctor import Check, Outcome, ServerAddresses, check_environment

HTTP, GRPC = "http://127.0.0.1:4318", "127.0.0.1:4317"
SERVER = ServerAddresses(http_url=HTTP, grpc_address=GRPC)
GOOD = {
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318",
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_SERVICE_NAME": "app",
}


def found(environment: Mapping[str, str], server: ServerAddresses = SERVER) -> list[Check]:
    return [c for c in check_environment(environment, server) if c.outcome is not Outcome.OK]


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="an SDK's defaults are the server's"),
        pytest.param(GOOD, id="HTTP"),
        pytest.param(
            {
                **GOOD,
                "OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4317",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            },
            id="gRPC, without a scheme",
        ),
        pytest.param(
            {
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{HTTP}/v1/traces",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json",
                "OTEL_RESOURCE_ATTRIBUTES": "service.name=app",
            },
            id="an endpoint of traces",
        ),
        pytest.param(
            {**GOOD, "HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "127.0.0.1,localhost"},
            id="a proxy that is spared",
        ),
    ],
)
def test_a_good_environment_is_let_be(environment: Mapping[str, str]) -> None:
    assert not found(environment)


@pytest.mark.parametrize(
    ("change", "told", "outcome"),
    [
        ({"OTEL_SDK_DISABLED": "true"}, "no span is made", Outcome.PROBLEM),
        ({"OTEL_TRACES_EXPORTER": "console"}, "not sent over OTLP", Outcome.PROBLEM),
        ({"OTEL_TRACES_SAMPLER": "traceidratio"}, "missing from their", Outcome.PROBLEM),
        ({"OTEL_TRACES_SAMPLER": "parentbased_always_off"}, "missing", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": ""}, "speaks gRPC to this HTTP", Outcome.ADVICE),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "speaks HTTP", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{GRPC}"}, "speaks gRPC", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel:4318"}, "not to this", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://otel"}, "not to this", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "ftp://x"}, "is no URL", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": f"{HTTP}/v1/traces"}, "SDKs add", Outcome.PROBLEM),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": HTTP}, "used as it is", Outcome.PROBLEM),
        ({"HTTP_PROXY": "http://proxy:3128"}, "to the proxy", Outcome.ADVICE),
        ({"OTEL_PROPAGATORS": "b3"}, "traces apart", Outcome.ADVICE),
        ({"OTEL_SERVICE_NAME": ""}, "told apart", Outcome.ADVICE),
        ({"HELICONE_OTEL_DISABLED": "1"}, "session headers", Outcome.PROBLEM),
    ],
)
def test_what_keeps_spans_away_is_found(
    change: Mapping[str, str], told: str, outcome: Outcome
) -> None:
    (check,) = found({**GOOD, **change})
    assert told in check.message
    assert check.outcome is outcome
    assert check.fix


def test_the_advice_to_export_cures_what_it_is_for() -> None:
    bad = {**GOOD, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://elsewhere:4318"}
    (check,) = found(bad)
    name, _, value = check.fix.partition(",")[0].removeprefix("export ").partition("=")
    assert not found({**bad, name: value})


def test_a_server_at_another_port_needs_an_endpoint() -> None:
    (check,) = found({}, ServerAddresses(http_url="http://127.0.0.1:9000", grpc_address=GRPC))
    assert check.fix == "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9000"


def test_a_token_must_be_among_the_exporters_headers() -> None:
    server = ServerAddresses(http_url=HTTP, grpc_address=GRPC, token="x" * 22)
    (check,) = found(GOOD, server)
    assert "authorization" in check.message
    assert not found({**GOOD, "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20x"}, server)
    assert "x" * 22 not in repr(server)
