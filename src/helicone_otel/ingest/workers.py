"""Processes that read large requests, so that the writer need not share its interpreter.

Reading takes about as long as writing. One process can do only one of the two at a time.
"""

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection, wait

from ..errors import ReaderDied, StoreUnavailable
from ..model import Encoding
from ..truncations import count_truncation, counted_truncations
from .reading import ReadRequest, read_request

log = logging.getLogger(__name__)

MIN_BYTES = 64 * 1024
"""A smaller request is read sooner than it is handed over."""
_COLLECT_AFTER = 500_000
"""New lists and maps after which cycles are looked for: requests have none, and to look for them at
the default pace takes a fifth of the time that JSON takes."""
_PIPE_BYTES = 1024 * 1024
"""A usual request, and what was read of it, fit into the pipe as a whole. In the 64 KiB that a pipe
has at first, a process spends a tenth of its time waiting for the server to take the next piece."""


class Workers:
    """Up to *count* processes, each started when it is first needed."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._is_closed = False

    def take(self, body: bytes) -> bool:
        """Tell whether *body* is worth handing over."""
        return self._count > 0 and len(body) >= MIN_BYTES

    def read(self, body: bytes, encoding: Encoding, *, max_spans: int) -> ReadRequest:
        """Read *body* in one of the processes.

        Raises:
            BadPayload: *body* is no ExportTraceServiceRequest.
            ReaderDied: the process did; the next request starts another.
            StoreUnavailable: none can be started now.
        """
        pool = self._started()
        try:
            request, truncations = _submitted(pool, body, encoding, max_spans).result()
        except BrokenProcessPool as error:
            self._forget(pool)
            raise ReaderDied(
                "The process that read the request died; send the request again."
            ) from error
        for kind, times in truncations.items():
            count_truncation(kind, times)
        return request

    def close(self) -> None:
        """Let the processes end; requests that come later are refused."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._is_closed = True
        if pool is not None:
            pool.shutdown()

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._is_closed:
                raise StoreUnavailable("The server is stopping; send the request again.")
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._count,
                    mp_context=multiprocessing.get_context("spawn"),  # threads forbid a fork
                    initializer=_begin,
                )
                _widen_pipes(self._pool)
            return self._pool

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                log.error("a process that reads requests died; another is started")
                self._pool = None
        pool.shutdown(wait=False)


def _submitted(
    pool: ProcessPoolExecutor, body: bytes, encoding: Encoding, max_spans: int
) -> Future[tuple[ReadRequest, Counter[str]]]:
    try:
        return pool.submit(_read, body, encoding, max_spans)
    except BrokenProcessPool:
        raise
    except (OSError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno is None:
            raise BrokenProcessPool from error  # its pipes are closed a moment before it says so
        # The system has no process to give, or another request has just found the pool broken.
        raise StoreUnavailable(
            "There is no process to read the request; send the request again."
        ) from error


def _widen_pipes(pool: ProcessPoolExecutor) -> None:
    if sys.platform != "linux":
        return
    import fcntl  # noqa: PLC0415 - not everywhere

    with suppress(AttributeError, OSError):  # the names are private; a system may allow less
        for name in ("_call_queue", "_result_queue"):
            pipe: Connection = getattr(pool, name)._reader  # noqa: SLF001
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _begin() -> None:
    """Run in each process first: it ends with the server, by whatever the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is meant for the server, which drains
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    threading.Thread(target=_end_with_server, daemon=True).start()


def _end_with_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        wait([server.sentinel])
        os._exit(1)


def _read(body: bytes, encoding: Encoding, max_spans: int) -> tuple[ReadRequest, Counter[str]]:
    with counted_truncations() as truncations:
        request = read_request(body, encoding, max_spans=max_spans)
    return request, truncations
