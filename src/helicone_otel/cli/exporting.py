"""Write what was received from the database to a file."""

import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from .. import maintenance, otlp
from ..errors import ConfigurationError
from ..maintenance import ExportedRequest
from ..model import Encoding, Signal
from ..settings import ImplicitSessions
from ..store import LogRecordReader, PartReader, reading_log_records, reading_parts
from .progress import progress_shown
from .telling import counted_items, tell, tell_refusals

_STANDARD = Path("-")

_Advance: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a database is to be exported, and how."""

    encoding: Encoding
    signals: Collection[Signal]
    session_id: str | None
    """`None` for all there is."""
    implicit: ImplicitSessions


def export_file(database: Path, output: Path, wanted: Wanted) -> None:
    """Write what is *wanted* of *database* to *output*."""
    with reading_parts(database) as parts, reading_log_records(database) as records:
        if wanted.session_id is not None:
            maintenance.require_session(parts, records, wanted.session_id)
        _write(_Received(parts, records, wanted), output)


class _Received:
    """What was received, as requests of each signal."""

    def __init__(self, parts: PartReader, records: LogRecordReader, wanted: Wanted) -> None:
        self._parts = parts
        self._records = records
        self.wanted = wanted

    def total(self) -> int | None:
        """Return how many steps there are; `None` if nobody knows."""
        whole = {Signal.TRACES: self._parts.count, Signal.LOGS: self._records.count}
        if self.wanted.session_id is not None:
            return None
        return sum(whole[signal]() for signal in self.wanted.signals)

    def requests(self, signal: Signal, advance: _Advance) -> Iterator[ExportedRequest]:
        return self._of_spans(advance) if signal is Signal.TRACES else self._of_logs(advance)

    def _of_spans(self, advance: _Advance) -> Iterator[ExportedRequest]:
        wanted, parts = self.wanted, self._parts.all_parts()
        if wanted.session_id is not None:
            parts = maintenance.session_parts(self._parts, wanted.session_id, wanted.implicit)
        for part in parts:
            yield from maintenance.export_part(part, wanted.encoding)
            advance(1)

    def _of_logs(self, advance: _Advance) -> Iterator[ExportedRequest]:
        wanted = self.wanted
        if wanted.session_id is not None:
            records = maintenance.session_log_records(
                self._parts, self._records, wanted.session_id, wanted.implicit
            )
            received = [record.received for record in records]
            yield from maintenance.export_log_records(received, wanted.encoding)
            return
        for page in self._records.pages():
            received = [record.received for record in page]
            yield from maintenance.export_log_records(received, wanted.encoding)
            advance(len(page))


def _write(received: _Received, output: Path) -> None:
    encoding = received.wanted.encoding
    exported, refusals = Counter[Signal](), list[str]()
    with (
        _opened_to_write(output) as file,
        progress_shown("Exporting", received.total()) as advance,
    ):
        for signal in received.wanted.signals:
            for request in received.requests(signal, advance):
                if request.items:
                    otlp.write_request(file, request.body, encoding)
                exported[signal] += request.items
                refusals += request.refusals
    tell(f"Exported {counted_items(exported)}.")
    tell_refusals(refusals, "exported; --format jsonl holds all of them")


@contextmanager
def _opened_to_write(output: Path) -> Iterator[BinaryIO]:
    if output == _STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with output.open("wb") as file:
            yield file
    except OSError as error:
        raise ConfigurationError(f"{output} cannot be written: {error.strerror}.") from error
