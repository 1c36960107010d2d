"""The ids of calls, `Helicone-Request-Id`: one is made for each."""

import os
import random

_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class _RequestIds:
    """Makes random UUIDs (RFC 9562, version 4) in a quarter of the time that `uuid4` takes.

    No system call gives up the interpreter's lock: in the middle of an LLM call that costs 9 us if
    another thread waits for it, as a busy batch span processor's does. The generator is its own,
    because applications seed the shared one, and seeded again after any fork: not every server
    tells Python of it, and not every child has another process id.
    """

    def __init__(self) -> None:
        self._random = random.Random()  # noqa: S311 - no secrets
        self._pid = os.getpid()
        if hasattr(os, "register_at_fork"):  # not on Windows
            os.register_at_fork(after_in_child=self._random.seed)

    def new(self) -> str:
        if self._pid != os.getpid():
            self._random.seed()
            self._pid = os.getpid()
        digits = f"{self._random.getrandbits(128):032x}"
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}"
            f"-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"
        )


new_request_id = _RequestIds().new
