"""Bodies made to fill the memory cost little of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helicone_otel.settings import Settings

LIMIT = Settings(database=Path("unused.db")).max_body_bytes
SCRIPT = Path(__file__).with_name("hostile_bodies.py")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a while")
def test_no_body_costs_more_than_three_times_the_limit() -> None:
    ran = subprocess.run([sys.executable, SCRIPT], check=True, stdout=subprocess.PIPE, timeout=300)
    costs = json.loads(ran.stdout)
    assert len(costs) > 20
    assert {name: cost for name, cost in costs.items() if cost + LIMIT > 3 * LIMIT} == {}
