"""Make a new file of what can be read of a damaged one."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ..ingest import derive_with
from ..model import Signal
from ..settings import ImplicitSessions, StoreSettings, Synchronous
from ..store import DamagedFile, SpanStore
from .log_rebuilding import read_again


def salvage_into(
    new: Path, damaged: Path, implicit: ImplicitSessions
) -> Iterator[tuple[Signal, int]]:
    """Copy what can be read of *damaged* to the file *new*; yield how many items, by and by.

    Raises:
        StoreUnusable: not even the tables of *damaged* can be found.
        StoreUnavailable: *new* cannot be written.
    """
    settings = StoreSettings(synchronous=Synchronous.NORMAL)  # nobody needs half of it
    with (
        closing(DamagedFile.open(damaged)) as source,
        closing(SpanStore.open(new, derive_with(implicit), settings)) as target,
    ):
        for part in source.parts():
            target.write(part.spans)
            yield Signal.TRACES, len(part.spans)
        for received in source.log_records():
            record = read_again(received)
            if record:
                target.write_log_records([record])
                yield Signal.LOGS, 1
        target.change(source.copy_what_was_said)


def put_in_place(new: Path, damaged: Path, aside: Path) -> None:
    """Rename *damaged* with its log to *aside*, and *new* to the name it had."""
    log, index = (damaged.with_name(f"{damaged.name}-{kind}") for kind in ("wal", "shm"))
    damaged.rename(aside)
    if log.exists():
        log.rename(aside.with_name(f"{aside.name}-wal"))
    index.unlink(missing_ok=True)  # of the log; made again when somebody opens it
    new.rename(damaged)
