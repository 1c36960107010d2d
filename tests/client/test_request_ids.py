"""Request ids stay unique whatever the application does with its randomness and its processes."""

import os
import random
import subprocess
import sys
from uuid import UUID

import httpx2
import pytest

from helicone_otel import session

FORKING = """
import ctypes, os, httpx2, helicone_otel

def answer(request):
    os.write(1, request.headers["helicone-request-id"].encode() + b" ")
    return httpx2.Response(200)

helicone_otel.instrument()
client = httpx2.Client(transport=httpx2.MockTransport(answer))
with helicone_otel.session("Batch"):
    client.post("https://ai-gateway.helicone.ai/v1/chat/completions")
    child = FORK()
    client.post("https://ai-gateway.helicone.ai/v1/chat/completions")
    if child:
        os.waitpid(child, 0)
"""


@pytest.mark.usefixtures("instrumented")
def test_an_application_that_seeds_its_randomness_gets_other_ids_each_time(
    gateway: str, received: list[dict[str, str]]
) -> None:
    with session("Batch"):
        for _ in range(2):
            random.seed(7)
            httpx2.post(gateway).raise_for_status()
    ids = [UUID(headers["helicone-request-id"]) for headers in received]
    assert len(set(ids)) == 2
    assert [(said.version, said.variant) for said in ids] == [(4, "specified in RFC 4122")] * 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork on this system")
@pytest.mark.parametrize("fork", ["os.fork", "ctypes.CDLL(None).fork"])
def test_a_forked_process_has_ids_of_its_own(fork: str) -> None:
    """Also where Python is not told of the fork, as by some servers."""
    script = FORKING.replace("FORK", fork)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    ids = ran.stdout.split()
    assert len(ids) == 3
    assert len(set(ids)) == 3
