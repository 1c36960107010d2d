"""What a manual logger is answered, and the routes that take its logs."""

import sqlite3

import pytest

from manual_logs import JSON, manual_log
from running import RunningServer

ROUTES = [
    "/custom/v1/log",
    "/oai/v1/log",
    "/anthropic/v1/log",
    "/googleapis/v1/log",
    "/v1/trace/custom/v1/log",
    "/v1/trace/custom/log",
]
META = {"Helicone-Session-Id": "run-1"}
REQUEST_ID = "11111111-2222-4333-8444-555555555555"


def requests_in(server: RunningServer) -> list[str]:
    with server.store.snapshot() as snapshot:
        return [request.request_id for request in snapshot.list_requests("run-1")]


def test_every_route_takes_a_log_and_names_its_request(server: RunningServer) -> None:
    answers = [
        server.http.post(route, content=manual_log({"model": route}, meta=META), headers=JSON)
        for route in ROUTES
    ]
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "ok")] * len(ROUTES)
    assert {answer.headers["helicone-id"] for answer in answers} == set(requests_in(server))


def test_a_log_sent_twice_is_one_request(server: RunningServer) -> None:
    for _ in range(2):
        server.http.post("/oai/v1/log", content=manual_log(meta=META), headers=JSON)
    assert len(requests_in(server)) == 1


def test_the_request_id_of_the_sender_is_kept(server: RunningServer) -> None:
    headers = {**JSON, "Helicone-Request-Id": REQUEST_ID}
    answer = server.http.post("/oai/v1/log", content=manual_log(meta=META), headers=headers)
    assert answer.headers["helicone-id"] == REQUEST_ID
    assert requests_in(server) == [REQUEST_ID]


def test_a_log_that_cannot_be_read_is_refused_with_an_error(server: RunningServer) -> None:
    answer = server.http.post("/oai/v1/log", content=b"{}", headers=JSON)
    assert answer.status_code == 400
    assert answer.json() == {"error": "the log cannot be read: providerRequest: Field required"}


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-protobuf"])
def test_a_log_in_another_type_is_refused(server: RunningServer, content_type: str) -> None:
    answer = server.http.post(
        "/oai/v1/log", content=manual_log(), headers={"content-type": content_type}
    )
    assert answer.status_code == 415
    assert "application/json" in answer.json()["error"]


def test_a_body_over_the_limit_is_refused(server: RunningServer) -> None:
    long = manual_log({"model": "m", "prompt": "x" * 21 * 1024 * 1024})
    answer = server.http.post("/oai/v1/log", content=long, headers=JSON)
    assert answer.status_code == 413


def test_a_busy_store_asks_to_send_the_log_again(server: RunningServer) -> None:
    blocker = sqlite3.connect(server.store.path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    refused = server.http.post("/oai/v1/log", content=manual_log(meta=META), headers=JSON)
    blocker.execute("COMMIT")
    blocker.close()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    again = server.http.post("/oai/v1/log", content=manual_log(meta=META), headers=JSON)
    assert (again.status_code, len(requests_in(server))) == (200, 1)
