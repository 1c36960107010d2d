"""The one writer thread: batches wait in a bounded queue and are committed in groups."""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from ..errors import StoreUnavailable
from ..model import KeptLogRecord
from ..settings import StoreSettings
from .damage import is_damage
from .file_condition import FileCondition
from .trace_parts import TracePart
from .trace_writer import TraceWriter

T = TypeVar("T")

log = logging.getLogger(__name__)

_MAX_GROUP_SPANS = 10_000
"""A commit stays short enough for readers and acknowledgements."""


@dataclass(slots=True, eq=False)
class _Batch:
    parts: Sequence[TracePart]
    spans: int
    size_bytes: int
    done: Future[None] = field(default_factory=Future)


_Job = Callable[[], None]
"""Other work of the writer's thread; it tells its own outcome."""


class WriteQueue:
    """Own the writer's thread; `write` may be called from any thread."""

    def __init__(
        self, writer: TraceWriter, condition: FileCondition, settings: StoreSettings
    ) -> None:
        self._writer = writer
        self._condition = condition
        self._max_bytes = settings.max_queue_bytes
        self._max_spans = settings.max_queue_spans
        self._waiting: queue.SimpleQueue[_Batch | _Job | None] = queue.SimpleQueue()
        self.waiting_bytes = 0
        self.commits = 0
        self.commit_seconds = 0.0
        self._waiting_spans = 0
        self._refused_batches = 0
        self._wait_s = settings.queue_wait_s
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="helicone-otel-writer", daemon=True)
        self._thread.start()

    def write(self, parts: Sequence[TracePart]) -> None:
        """Return once *parts* are durable.

        Raises:
            StoreUnavailable: the queue is full, the store is closed, or the commit failed; nothing
                of the batch is stored, and the same batch may be sent again.
        """
        batch = _Batch(
            parts=parts,
            spans=sum(part.spans for part in parts),
            size_bytes=sum(part.raw_bytes for part in parts),
        )
        self._enter(batch)
        batch.done.result()

    def run(self, job: Callable[[], T]) -> T:
        """Return what *job* returned, once the writer's thread has run it in its turn.

        Raises:
            StoreUnavailable: the store is closed, or the file cannot be written.
        """
        done: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The server is stopping; send the request again.")
            self._waiting.put(partial(self._run_job, done, job))
        return done.result()

    def write_log_records(self, records: Sequence[KeptLogRecord]) -> None:
        """Return once *records* are durable.

        Raises:
            StoreUnavailable: the store is closed, or the file cannot be written.
        """
        self.run(lambda: self._writer.commit_log_records(records))

    def settle(self, trace_ids: Sequence[str]) -> None:
        """Return when nothing of these traces waits to be derived.

        Raises:
            StoreUnavailable: the store is closed, or the file cannot be written.
        """
        self.run(lambda: self._writer.settle(trace_ids))

    def close(self) -> None:
        """Commit what is waiting, then stop; later writes are refused."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._room.notify_all()
            self._waiting.put(None)
        self._thread.join()

    def _enter(self, batch: _Batch) -> None:
        with self._room:
            # Some exporters repeat a request a few times within seconds, some not at all.
            has_room = self._room.wait_for(
                lambda: self._closed or not self._is_full_for(batch), timeout=self._wait_s
            )
            if self._closed:
                raise StoreUnavailable("The server is stopping; send the request again.")
            if not has_room:
                raise StoreUnavailable("The write queue is full; send the request again.")
            self.waiting_bytes += batch.size_bytes
            self._waiting_spans += batch.spans
            self._waiting.put(batch)

    def _is_full_for(self, batch: _Batch) -> bool:
        if self._waiting_spans == 0:
            return False  # an empty queue takes any legal request, however large
        return (
            self.waiting_bytes + batch.size_bytes > self._max_bytes
            or self._waiting_spans + batch.spans > self._max_spans
        )

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            started = time.perf_counter()
            self._commit(group)
            self.commit_seconds += time.perf_counter() - started
            self.commits += 1
            with self._lock:
                self.waiting_bytes -= sum(batch.size_bytes for batch in group)
                self._waiting_spans -= sum(batch.spans for batch in group)
                self._room.notify_all()

    def _next_group(self) -> list[_Batch] | None:
        """Wait for a batch, then take all that wait behind it; `None` at the end."""
        first = self._next()
        if first is None:
            return None
        group, spans = [first], first.spans
        while spans < _MAX_GROUP_SPANS:
            try:
                batch = self._waiting.get_nowait()
            except queue.Empty:
                break
            if batch is None:
                self._waiting.put(None)
                break
            if callable(batch):
                batch()  # before the group it came behind: it is of another request
                break
            group.append(batch)
            spans += batch.spans
        return group

    def _next(self) -> _Batch | None:
        """Wait for a batch; do what else there is to do meanwhile."""
        while True:
            try:
                found = self._waiting.get(timeout=self._writer.seconds_to_due())
            except queue.Empty:
                self._settle_traces()
                continue
            if not callable(found):
                return found
            found()

    def _settle_traces(self) -> None:
        try:
            self._writer.settle()
        except sqlite3.OperationalError as error:
            log.debug("large traces have to wait on: %s", error)
        except Exception:
            log.exception("a large trace cannot be derived")

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
            self._condition.require_writable()
            self._writer.commit(part for batch in group for part in batch.parts)
        except StoreUnavailable as error:
            self._tell_refusal(len(group), error)
            return error
        except sqlite3.OperationalError as error:
            # Locked, full, read-only: no batch is at fault, and each attempt waits for the lock.
            self._tell_refusal(len(group), error)
            return StoreUnavailable(f"The database cannot be written: {error}.")
        except Exception as error:
            if is_damage(error):
                return StoreUnavailable(self._condition.report_damage(error))
            log.exception("a batch could not be applied")
            return error
        self._tell_recovery()
        return None

    def _run_job(self, done: Future[T], job: Callable[[], T]) -> None:
        """Run *job* and pass on what came of it."""
        try:
            self._condition.require_writable()
            done.set_result(job())
        except sqlite3.OperationalError as error:
            done.set_exception(StoreUnavailable(f"The database cannot be written: {error}."))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            if is_damage(error):
                error = StoreUnavailable(self._condition.report_damage(error))
            done.set_exception(error)

    def _tell_refusal(self, batches: int, reason: Exception) -> None:
        if not self._refused_batches:  # senders repeat themselves until it is mended
            log.warning("nothing can be written, senders are told to retry: %s", reason)
        self._refused_batches += batches

    def _tell_recovery(self) -> None:
        if self._refused_batches:
            log.warning("writing goes on after %d refused batches", self._refused_batches)
            self._refused_batches = 0
