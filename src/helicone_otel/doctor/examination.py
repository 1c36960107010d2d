"""All checks of one server, in the order in which one thing needs the other."""

from collections.abc import Iterator, Mapping

from .checks import Check, ok, problem
from .environment import check_environment
from .server_client import ServerAddresses, Unreachable, ask
from .troubleshooting import check_sessions, count_arrived
from .wires import check_wires

_SERVER = "server"


def examine(server: ServerAddresses, environment: Mapping[str, str]) -> Iterator[Check]:
    """Yield each check as it is made; without a server only that of the environment follows."""
    reached = _check_server(server)
    yield reached
    if not reached.fix:
        try:
            arrived = count_arrived(server)
            yield from check_wires(server)
            yield from check_sessions(server, arrived)
        except Unreachable as error:
            yield problem(_SERVER, f"It has stopped answering: {error}", "See the server's log.")
    yield from check_environment(environment, server)


def _check_server(server: ServerAddresses) -> Check:
    try:
        answer = ask(server, "/readyz")
    except Unreachable as error:
        return problem(
            _SERVER,
            f"Nothing answers at {server.http_url}: {error}",
            "Start `helicone-otel serve`, or say where it is: --url.",
        )
    if answer.document.get("status") == "ready":
        return ok(_SERVER, f"It answers at {server.http_url} and can store spans.")
    if answer.document.get("status") == "unavailable":
        reason = answer.document.get("reason", "")
        return problem(_SERVER, f"It cannot store spans: {reason}", "See what the reason says.")
    return problem(
        _SERVER,
        f"What answers at {server.http_url} is no helicone-otel: {answer.reason}",
        "Another program, such as a Collector, has the port: say where the server is with --url.",
    )
