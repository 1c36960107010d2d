"""What web pages may do: nothing, unless their origin is listed, and then send telemetry."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from helicone_otel.access import Scope, TokenFile
from helicone_otel.settings import Settings
from running import RunningServer, serving

PAGE = "https://app.example.com"
JSON = {"Content-Type": "application/json"}
PREFLIGHT = {"Access-Control-Request-Method": "POST"}


@pytest.fixture
def open_to_a_page(server_settings: Settings) -> Iterator[RunningServer]:
    with serving(replace(server_settings, allowed_origins=[f"{PAGE}/"])) as server:
        yield server


def send(server: RunningServer, origin: str, path: str = "/v1/traces") -> httpx.Response:
    return server.http.post(path, content=b"{}", headers={**JSON, "Origin": origin})


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/session/query", "/nothing"])
@pytest.mark.parametrize("origin", [PAGE, "null", "http://localhost", "http://evil.example:4318"])
def test_a_page_of_another_origin_writes_nothing(
    server: RunningServer, path: str, origin: str
) -> None:
    answer = send(server, origin, path)
    assert answer.status_code == 403
    assert b"--allow-origin" in answer.content
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_of_this_server_may_write(server: RunningServer) -> None:
    assert send(server, server.url).status_code == 200


def test_a_listed_page_sends_and_sees_the_answer(open_to_a_page: RunningServer) -> None:
    answer = send(open_to_a_page, PAGE)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_listed_page_is_told_beforehand_what_it_may_send(open_to_a_page: RunningServer) -> None:
    answer = open_to_a_page.http.options("/v1/traces", headers={"Origin": PAGE, **PREFLIGHT})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert "content-type" in answer.headers["Access-Control-Allow-Headers"]


def test_a_listed_page_asks_nothing(open_to_a_page: RunningServer) -> None:
    assert send(open_to_a_page, PAGE, "/v1/session/query").status_code == 403
    answer = open_to_a_page.http.get("/api/sessions", headers={"Origin": PAGE})
    assert "Access-Control-Allow-Origin" not in answer.headers
    asked = open_to_a_page.http.options("/api/sessions", headers={"Origin": PAGE, **PREFLIGHT})
    assert asked.status_code == 405


def test_another_page_than_the_listed_one_is_refused(open_to_a_page: RunningServer) -> None:
    assert send(open_to_a_page, "https://app.example.com.evil.example").status_code == 403


def test_a_listed_page_needs_a_token_too_and_sees_that(
    open_to_a_page: RunningServer, server_settings: Settings
) -> None:
    secret = TokenFile.beside(server_settings.database).create("page", [Scope.INGEST])
    refused = send(open_to_a_page, PAGE)
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == PAGE
    headers = {**JSON, "Origin": PAGE, "Authorization": f"Bearer {secret}"}
    taken = open_to_a_page.http.post("/v1/traces", content=b"{}", headers=headers)
    assert taken.status_code == 200


def test_a_foreign_name_is_refused_before_the_page_is_looked_at(
    open_to_a_page: RunningServer,
) -> None:
    headers = {"Origin": PAGE, "Host": "evil.example", **PREFLIGHT}
    answer = open_to_a_page.http.options("/v1/traces", headers=headers)
    assert answer.status_code == 421
