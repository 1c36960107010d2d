"""The one writer thread: batches wait in a bounded queue and are committed in groups."""

import logging
import queue
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from ..errors import StoreUnavailable
from .span_rows import StoredSpan
from .trace_writer import TraceWriter

log = logging.getLogger(__name__)

_MAX_GROUP_SPANS = 10_000
"""A commit stays short enough for readers and acknowledgements."""


@dataclass(slots=True, eq=False)
class _Batch:
    spans: Sequence[StoredSpan]
    size_bytes: int
    done: Future[None] = field(default_factory=Future)


class WriteQueue:
    """Own the writer's thread; `write` may be called from any thread."""

    def __init__(self, writer: TraceWriter, *, max_bytes: int) -> None:
        self._writer = writer
        self._max_bytes = max_bytes
        self._waiting: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="helicone-otel-writer", daemon=True)
        self._thread.start()

    def write(self, spans: Sequence[StoredSpan]) -> None:
        """Return once *spans* are durable.

        Raises:
            StoreUnavailable: the queue is full, the store is closed, or the commit failed; nothing
                of the batch is stored, and the same batch may be sent again.
        """
        batch = _Batch(spans=spans, size_bytes=sum(len(span.raw) for span in spans))
        self._enter(batch)
        batch.done.result()

    def close(self) -> None:
        """Commit what is waiting, then stop; later writes are refused."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _enter(self, batch: _Batch) -> None:
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The server is stopping; send the request again.")
            # An empty queue takes any legal request, however large.
            if self._waiting_bytes and self._waiting_bytes + batch.size_bytes > self._max_bytes:
                raise StoreUnavailable("The write queue is full; send the request again.")
            self._waiting_bytes += batch.size_bytes
            self._waiting.put(batch)

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            self._commit(group)
            with self._lock:
                self._waiting_bytes -= sum(batch.size_bytes for batch in group)

    def _next_group(self) -> list[_Batch] | None:
        """Wait for a batch, then take all that wait behind it; `None` at the end."""
        first = self._waiting.get()
        if first is None:
            return None
        group, spans = [first], len(first.spans)
        while spans < _MAX_GROUP_SPANS:
            try:
                batch = self._waiting.get_nowait()
            except queue.Empty:
                break
            if batch is None:
                self._waiting.put(None)
                break
            group.append(batch)
            spans += len(batch.spans)
        return group

    def _commit(self, group: Sequence[_Batch]) -> None:
        error = self._try_commit(group)
        if error is not None and not isinstance(error, StoreUnavailable) and len(group) > 1:
            for batch in group:  # whichever is at fault must not cost the others
                self._commit([batch])
            return
        for batch in group:
            if error is None:
                batch.done.set_result(None)
            else:
                batch.done.set_exception(error)

    def _try_commit(self, group: Sequence[_Batch]) -> Exception | None:
        try:
            self._writer.commit(span for batch in group for span in batch.spans)
        except sqlite3.OperationalError as error:
            # Locked, full, read-only: no batch is at fault, and each attempt waits for the lock.
            log.warning("commit of %d batches failed: %s", len(group), error)
            return StoreUnavailable(f"The database cannot be written: {error}.")
        except Exception as error:
            log.exception("a batch could not be applied")
            return error
        return None
