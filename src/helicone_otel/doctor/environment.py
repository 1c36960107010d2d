"""The variables that OpenTelemetry's SDKs read, held against where the server is."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from .checks import Check, advice, ok, problem
from .server_client import ServerAddresses

_NAME = "environment of this shell"
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}
_GRPC = "grpc"

Environment = Mapping[str, str]


def check_environment(environment: Environment, server: ServerAddresses) -> list[Check]:
    """Return what an application started with *environment* would do wrong, or that all is well."""
    found = [
        *_switched_off(environment),
        *_endpoint_checks(environment, server),
        *_header_checks(environment, server),
        *_proxy_checks(environment, server),
        *_propagation_checks(environment),
        *_client_checks(environment),
    ]
    return found or [ok(_NAME, "Applications started here send their spans to this server.")]


def _switched_off(environment: Environment) -> Iterator[Check]:
    if _is_on(environment, "OTEL_SDK_DISABLED"):
        yield problem(
            _NAME, "OTEL_SDK_DISABLED is true, so no span is made.", "unset OTEL_SDK_DISABLED"
        )
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp")
    if "otlp" not in exporter.split(","):
        yield problem(
            _NAME,
            f"OTEL_TRACES_EXPORTER is {exporter!r}, so spans are not sent over OTLP.",
            "export OTEL_TRACES_EXPORTER=otlp",
        )
    sampler = environment.get("OTEL_TRACES_SAMPLER", "")
    if sampler.endswith("always_off") or "ratio" in sampler:
        yield problem(
            _NAME,
            f"OTEL_TRACES_SAMPLER is {sampler!r}, so requests are missing from their sessions.",
            "export OTEL_TRACES_SAMPLER=parentbased_always_on",
        )


def _endpoint_checks(environment: Environment, server: ServerAddresses) -> Iterator[Check]:
    protocol = _for_traces(environment, "PROTOCOL")
    wanted = f"http://{server.grpc_address}" if protocol == _GRPC else server.http_url
    endpoint = environment.get(_TRACES_ENDPOINT) or environment.get(_ENDPOINT)
    if not endpoint:
        if not _is_same_place(wanted, "http://localhost:4318", "http://localhost:4317"):
            yield advice(
                _NAME,
                "No endpoint is set, so spans go to the default port of localhost.",
                f"export {_ENDPOINT}={wanted}",
            )
        return
    if _place(endpoint) is None:
        yield problem(
            _NAME, f"The endpoint {endpoint!r} is no URL.", f"export {_ENDPOINT}={wanted}"
        )
    elif not _is_same_place(wanted, endpoint):
        yield from _elsewhere(endpoint, protocol, server)
    elif protocol != _GRPC:
        yield from _path_checks(environment, server)
        if not protocol:
            yield advice(
                _NAME,
                "OTEL_EXPORTER_OTLP_PROTOCOL is not set, and `opentelemetry-instrument` for "
                "Python then speaks gRPC to this HTTP endpoint.",
                "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            )


def _elsewhere(endpoint: str, protocol: str, server: ServerAddresses) -> Iterator[Check]:
    is_grpc = protocol == _GRPC
    other = server.http_url if is_grpc else f"http://{server.grpc_address}"
    if _is_same_place(other, endpoint):
        right = "http/protobuf" if is_grpc else _GRPC
        yield problem(
            _NAME,
            f"The endpoint {endpoint} speaks {'HTTP' if is_grpc else 'gRPC'}, and "
            f"the protocol is {protocol or 'that of HTTP'}.",
            f"export OTEL_EXPORTER_OTLP_PROTOCOL={right}",
        )
    else:
        wanted = f"http://{server.grpc_address}" if is_grpc else server.http_url
        yield problem(
            _NAME,
            f"Spans go to {endpoint}, not to this server.",
            f"export {_ENDPOINT}={wanted}, or let that Collector send them on",
        )


def _path_checks(environment: Environment, server: ServerAddresses) -> Iterator[Check]:
    if (traces := environment.get(_TRACES_ENDPOINT)) and urlsplit(traces).path != "/v1/traces":
        yield problem(
            _NAME,
            f"{_TRACES_ENDPOINT} is used as it is, and does not end in /v1/traces.",
            f"export {_TRACES_ENDPOINT}={server.http_url}/v1/traces",
        )
    elif not traces and urlsplit(environment[_ENDPOINT]).path.strip("/"):
        yield problem(
            _NAME,
            f"SDKs add /v1/traces to {_ENDPOINT}, which has a path already.",
            f"export {_ENDPOINT}={server.http_url}",
        )


def _header_checks(environment: Environment, server: ServerAddresses) -> Iterator[Check]:
    headers = _for_traces(environment, "HEADERS").lower()
    if server.token and "authorization=" not in headers.replace(" ", ""):
        yield problem(
            _NAME,
            "OTEL_EXPORTER_OTLP_HEADERS has no authorization, which this server may ask for.",
            "export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<token>",
        )


def _proxy_checks(environment: Environment, server: ServerAddresses) -> Iterator[Check]:
    proxy = next((n for n in ("HTTP_PROXY", "http_proxy", "ALL_PROXY") if environment.get(n)), "")
    spared = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    host = urlsplit(server.http_url).hostname or ""
    if proxy and spared.strip() != "*" and host not in {n.strip() for n in spared.split(",")}:
        yield advice(
            _NAME,
            f"{proxy} is set, so exporters may send spans to the proxy.",
            f"export NO_PROXY={','.join(filter(None, (spared, host)))}",
        )


def _propagation_checks(environment: Environment) -> Iterator[Check]:
    propagators = environment.get("OTEL_PROPAGATORS", "tracecontext")
    if "tracecontext" not in propagators.split(","):
        yield advice(
            _NAME,
            f"OTEL_PROPAGATORS is {propagators!r}, so a session's services have traces apart.",
            "export OTEL_PROPAGATORS=tracecontext,baggage",
        )
    is_set_up = any(name.startswith("OTEL_") for name in environment)
    named = environment.get("OTEL_SERVICE_NAME") or environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if is_set_up and not named:
        yield advice(
            _NAME,
            "OTEL_SERVICE_NAME is not set, so services cannot be told apart.",
            "export OTEL_SERVICE_NAME=my-agent",
        )


def _client_checks(environment: Environment) -> Iterator[Check]:
    if _is_on(environment, "HELICONE_OTEL_DISABLED"):
        yield problem(
            _NAME,
            "HELICONE_OTEL_DISABLED is true, so no call gets session headers.",
            "unset HELICONE_OTEL_DISABLED",
        )


def _for_traces(environment: Environment, name: str) -> str:
    return (
        environment.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}")
        or environment.get(f"OTEL_EXPORTER_OTLP_{name}")
        or ""
    )


def _is_on(environment: Environment, name: str) -> bool:
    return environment.get(name, "").strip().lower() in {"true", "1"}


def _is_same_place(url: str, *others: str) -> bool:
    return _place(url) in {_place(other) for other in others}


def _place(url: str) -> tuple[str, int] | None:
    """Return host and port, all loopbacks alike; `None` if *url* is none."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")  # gRPC endpoints may have none
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    host = parts.hostname or ""
    return ("localhost" if host in _LOOPBACK else host), port
