"""Spans from the database to a file, and back."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from .. import maintenance, otlp
from ..errors import BadPayload, ConfigurationError
from ..ingest import Ingest, derive_with
from ..model import Encoding
from ..settings import ImplicitSessions, StoreSettings, Synchronous
from ..store import SpanStore, StoredPart, reading_parts
from .progress import progress_shown
from .telling import counted, tell, tell_refusals

_MAX_SPANS = 1_000_000
"""Of one request in a file; nobody waits for it."""
_STANDARD = Path("-")


def export_file(
    database: Path,
    output: Path,
    encoding: Encoding,
    *,
    session_id: str | None,
    implicit: ImplicitSessions,
) -> None:
    """Write the spans of *database*, or of one session in it, to *output*."""
    with reading_parts(database) as reader:
        if session_id is None:
            _write(reader.all_parts(), reader.count(), output, encoding)
        else:
            parts = maintenance.session_parts(reader, session_id, implicit)
            _write(parts, len(parts), output, encoding)


def import_file(database: Path, source: Path, implicit: ImplicitSessions) -> bool:
    """Store the spans of *source*; return whether that was possible for all."""
    settings = StoreSettings(synchronous=Synchronous.NORMAL)  # closing the file makes it durable
    with (
        _opened_to_read(source) as (file, size_bytes),
        closing(SpanStore.open(database, derive_with(implicit), settings)) as store,
    ):
        spans, refusals = _read(file, size_bytes, Ingest(store, max_spans=_MAX_SPANS))
    tell(f"Imported {counted(spans, 'span')} into {database}.")
    tell_refusals(refusals, "imported")
    return not refusals


def _write(parts: Iterable[StoredPart], total: int, output: Path, encoding: Encoding) -> None:
    spans, refusals = 0, list[str]()
    with _opened_to_write(output) as file, progress_shown("Exporting", total) as advance:
        for part in parts:
            for request in maintenance.export_part(part, encoding):
                if request.spans:
                    otlp.write_request(file, request.body, encoding)
                spans += request.spans
                refusals += request.refusals
            advance(1)
    tell(f"Exported {counted(spans, 'span')}.")
    tell_refusals(refusals, "exported; --format jsonl holds every span")


def _read(file: BinaryIO, size_bytes: int | None, ingest: Ingest) -> tuple[int, list[str]]:
    """Store what *file* holds; return how many spans, and what could not be stored."""
    spans, refusals = 0, list[str]()
    with progress_shown("Importing", size_bytes) as advance:
        try:
            for request in maintenance.import_requests(ingest, otlp.read_requests(file)):
                spans += request.spans
                refusals += request.refusals
                advance(request.size_bytes)
        except BadPayload as error:  # of the file, not of a request in it
            refusals.append(str(error))
    return spans, refusals


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


@contextmanager
def _opened_to_read(source: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """Yield the file and its size, if that is known."""
    if source == _STANDARD:
        yield sys.stdin.buffer, None
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise ConfigurationError(f"{source} cannot be read: {error.strerror}.") from error
    with file:
        yield file, source.stat().st_size
