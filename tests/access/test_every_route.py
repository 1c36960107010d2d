"""Every route there is, found by asking the application: none can be forgotten."""

import re
from collections.abc import Iterator, Mapping

import grpc
import httpx
import pytest
from fastapi.routing import iter_route_contexts
from google.protobuf import descriptor_pool
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.profiles.v1development import profiles_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from helicone_otel.access import Scope
from helicone_otel.app import create_app, open_entrance
from helicone_otel.settings import Settings
from running import RunningServer

OPEN = {"/healthz", "/readyz"}
ANY_TOKEN = {"/openapi.json"}
CHANGE = {Scope.INGEST, Scope.ADMIN}
REBOUND = {"Host": "evil.example:4318"}


def routes(server: RunningServer, settings: Settings) -> set[tuple[str, str]]:
    """Return method and a path for each route, from the framework's own list."""
    app = create_app(settings, server.store, open_entrance(settings, server.store))
    found = {
        (method, re.sub(r"\{[^}]*\}", "x", context.path or ""))
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
    }
    assert {path for _, path in found} >= {*OPEN, *ANY_TOKEN, "/v1/traces", "/api/sessions/x"}
    return found


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_no_route_answers_to_a_foreign_name(
    server: RunningServer, server_settings: Settings
) -> None:
    for method, path in routes(server, server_settings):
        answer = server.http.request(method, path, headers=REBOUND)
        assert answer.status_code == 421, (method, path)
        assert_says(answer, "--allow-host")


def test_no_route_but_health_answers_without_a_token(
    guarded_server: RunningServer, server_settings: Settings
) -> None:
    for method, path in routes(guarded_server, server_settings):
        answer = guarded_server.http.request(method, path)
        if path in OPEN:
            assert answer.status_code == 200, (method, path)
        else:
            assert answer.status_code == 401, (method, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert_says(answer, "helicone-otel token create")


def test_every_route_needs_a_scope_and_readers_change_nothing(
    guarded_server: RunningServer, server_settings: Settings, tokens: Mapping[Scope, str]
) -> None:
    def status(method: str, path: str, token: str) -> int:
        # An answer may be a stream without end, so its body is not waited for.
        with guarded_server.http.stream(method, path, headers=bearer(token)) as answer:
            return answer.status_code

    for method, path in routes(guarded_server, server_settings):
        statuses = {scope: status(method, path, token) for scope, token in tokens.items()}
        let_in = {scope for scope, status in statuses.items() if status not in (401, 403)}
        if path in OPEN | ANY_TOKEN:
            assert let_in == set(Scope), (method, path)
        else:
            assert let_in in ({Scope.READ}, {Scope.INGEST}, CHANGE, {Scope.ADMIN}), (method, path)
            assert list(statuses.values()).count(403) == len(Scope) - len(let_in), (method, path)


def test_what_is_not_there_is_told_to_known_senders_only(
    guarded_server: RunningServer, tokens: Mapping[Scope, str]
) -> None:
    ask = guarded_server.http.post
    assert ask("/v1/trace").status_code == 401
    assert ask("/v1/trace", headers=bearer(tokens[Scope.INGEST])).status_code == 404


@pytest.mark.parametrize("scope", list(Scope))
def test_a_wrong_method_needs_what_its_path_needs(
    guarded_server: RunningServer, tokens: Mapping[Scope, str], scope: Scope
) -> None:
    answer = guarded_server.http.get("/v1/traces", headers=bearer(tokens[scope]))
    assert answer.status_code == (405 if scope is Scope.INGEST else 403)


def grpc_methods() -> Iterator[str]:
    """Return every method of OTLP, those that this server does not have among them."""
    for module in (
        logs_service_pb2,
        metrics_service_pb2,
        profiles_service_pb2,
        trace_service_pb2,
    ):
        file = descriptor_pool.Default().FindFileByName(module.DESCRIPTOR.name)
        for service in file.services_by_name.values():
            yield from (f"/{service.full_name}/{method.name}" for method in service.methods)


@pytest.mark.parametrize("method", [*grpc_methods(), "/no.such/Method"])
def test_no_grpc_method_answers_without_the_scope(
    guarded_server: RunningServer, tokens: Mapping[Scope, str], method: str
) -> None:
    with grpc.insecure_channel(guarded_server.grpc_address) as channel:

        def code(token: str | None) -> grpc.StatusCode:
            metadata = [("authorization", f"Bearer {token}")] if token else []
            try:
                channel.unary_unary(method)(b"", metadata=metadata, timeout=20)
            except grpc.RpcError as error:
                return error.code()
            return grpc.StatusCode.OK

        assert code(None) is grpc.StatusCode.UNAUTHENTICATED
        assert code("no such token") is grpc.StatusCode.UNAUTHENTICATED
        assert code(tokens[Scope.READ]) is grpc.StatusCode.PERMISSION_DENIED
        assert code(tokens[Scope.INGEST]) in {grpc.StatusCode.OK, grpc.StatusCode.UNIMPLEMENTED}


def assert_says(answer: httpx.Response, text: str) -> None:
    """Check the message in whichever envelope; the answer to HEAD has none."""
    if answer.request.method != "HEAD":
        assert text.encode() in answer.content
