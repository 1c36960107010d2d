"""Send export requests over each wire, on several connections at once."""

import http.client
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import grpc

from bench.servers import Receiver

CONNECTIONS = 4
_GRPC_METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
Send = Callable[[Receiver, Sequence[bytes]], list[float]]
"""Send bodies one after the other; return the seconds to each acknowledgement."""


@dataclass(frozen=True)
class Sent:
    seconds: float
    latencies: Sequence[float]
    """Seconds to each acknowledgement."""


def send_all(to: Receiver, bodies: Sequence[bytes], send: Send) -> Sent:
    """Send *bodies* over four connections."""
    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [bodies[index::CONNECTIONS] for index in range(CONNECTIONS)]
        latencies = [
            took for share in pool.map(lambda part: send(to, part), shares) for took in share
        ]
    return Sent(seconds=time.perf_counter() - started, latencies=latencies)


def send_protobuf(to: Receiver, bodies: Sequence[bytes]) -> list[float]:
    return _send_http(to, bodies, "application/x-protobuf")


def send_json(to: Receiver, bodies: Sequence[bytes]) -> list[float]:
    return _send_http(to, bodies, "application/json")


def send_grpc(to: Receiver, bodies: Sequence[bytes]) -> list[float]:
    latencies = []
    with grpc.insecure_channel(to.grpc_address) as channel:
        export = channel.unary_unary(_GRPC_METHOD)
        for body in bodies:
            started = time.perf_counter()
            export(body, timeout=60)
            latencies.append(time.perf_counter() - started)
    return latencies


def _send_http(to: Receiver, bodies: Sequence[bytes], content_type: str) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(to.url).netloc, timeout=60)
    latencies = []
    for body in bodies:
        started = time.perf_counter()
        connection.request("POST", "/v1/traces", body, {"Content-Type": content_type})
        response = connection.getresponse()
        response.read()
        assert response.status == 200, response.status
        latencies.append(time.perf_counter() - started)
    connection.close()
    return latencies
