"""The calls whose answers are still being read; their spans must not be lost at the end."""

import atexit
from functools import cache
from typing import Protocol
from weakref import WeakSet


class Finishing(Protocol):
    def finish(self) -> None:
        """End; may be asked again."""


_unfinished: WeakSet[Finishing] = WeakSet()


def finish_at_exit(call: Finishing) -> None:
    """Finish *call* before the tracer provider is shut down, should it live as long as that.

    A stream that was abandoned in the middle may be in a reference cycle, or in a global variable.
    """
    _register()
    _unfinished.add(call)


@cache
def _register() -> None:
    # The latest registered runs first: by now there is the provider, which registered itself.
    atexit.register(_finish_all)


def _finish_all() -> None:
    for call in tuple(_unfinished):
        call.finish()
