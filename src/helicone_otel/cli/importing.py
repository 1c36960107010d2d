"""Store what is in a file of export requests."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from .. import maintenance, otlp
from ..errors import BadPayload, ConfigurationError
from ..ingest import Ingest, derive_with
from ..ingest.logs import LogIngest, MetricIngest
from ..maintenance import ImportedRequest
from ..model import Signal
from ..settings import ImplicitSessions, StoreSettings, Synchronous
from ..store import SpanStore
from .progress import progress_shown
from .telling import counted_items, tell, tell_refusals

_MAX_ITEMS = 1_000_000
"""Of one request in a file; nobody waits for it."""
_STANDARD = Path("-")


def import_file(database: Path, source: Path, implicit: ImplicitSessions) -> bool:
    """Store the requests of *source*; return whether that was possible for all."""
    settings = StoreSettings(synchronous=Synchronous.NORMAL)  # closing the file makes it durable
    with (
        _opened_to_read(source) as (file, size_bytes),
        closing(SpanStore.open(database, derive_with(implicit), settings)) as store,
    ):
        imported, left_out, refusals = _read(file, size_bytes, _exports(store))
    tell(f"Imported {counted_items(imported)} into {database}.")
    if left_out.total():
        tell(f"Left out {counted_items(left_out)}: nothing of sessions is in them.")
    tell_refusals(refusals, "imported")
    return not refusals


def _exports(store: SpanStore) -> maintenance.Exports:
    return {
        Signal.TRACES: Ingest(store, max_spans=_MAX_ITEMS).export,
        Signal.LOGS: LogIngest(store, max_records=_MAX_ITEMS).export,
        Signal.METRICS: MetricIngest(max_metrics=_MAX_ITEMS).export,
    }


def _read(
    file: BinaryIO, size_bytes: int | None, exports: maintenance.Exports
) -> tuple[Counter[Signal], Counter[Signal], list[str]]:
    """Store what *file* holds; return what was imported and left out, and what could not be."""
    imported, left_out, refusals = Counter[Signal](), Counter[Signal](), list[str]()

    def note(request: ImportedRequest) -> None:
        imported[request.signal] += request.imported
        left_out[request.signal] += request.left_out
        refusals.extend(request.refusals)

    with progress_shown("Importing", size_bytes) as advance:
        try:
            for request in maintenance.import_requests(exports, otlp.read_requests(file)):
                note(request)
                advance(request.size_bytes)
        except BadPayload as error:  # of the file, not of a request in it
            refusals.append(str(error))
    return imported, left_out, refusals


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
