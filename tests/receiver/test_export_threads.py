"""How many requests are decoded at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from helicone_otel.model import Encoding, ExportOutcome
from helicone_otel.receiver import Export

AT_ONCE = 32


class Counting:
    """Lets nobody go before as many are inside as may be."""

    def __init__(self) -> None:
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()
        self._full = threading.Event()

    def __call__(self, _body: bytes, _encoding: Encoding) -> ExportOutcome:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
            if self._inside == AT_ONCE:
                self._full.set()
        assert self._full.wait(20)
        with self._lock:
            self._inside -= 1
        return ExportOutcome(accepted=1)


def test_no_more_than_thirty_two_requests_are_decoded_at_once(
    serve: Callable[[Export], str],
) -> None:
    counting = Counting()
    url = serve(counting) + "/v1/traces"
    headers = {"Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=2 * AT_ONCE)
    with (
        httpx.Client(limits=limits, timeout=30) as client,
        ThreadPoolExecutor(2 * AT_ONCE) as senders,
    ):
        sent = [senders.submit(client.post, url, headers=headers) for _ in range(2 * AT_ONCE)]
        assert {each.result().status_code for each in sent} == {200}
    assert counting.most == AT_ONCE
