"""Work out again what is derived of log records."""

from collections.abc import Iterator
from dataclasses import dataclass

from .. import otlp
from ..errors import BadPayload
from ..ingest.log_reading import read_log_request
from ..model import KeptLogRecord, ReceivedLogRecord, Signal
from ..store import FileMaintenance


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltLogRecords:
    records: int
    unread: int
    """Those that this version would not keep; they stay as they were."""


def rebuild_log_records(file: FileMaintenance) -> Iterator[RebuiltLogRecords]:
    """Read the log records again, some at a time; their traces are to be rebuilt after that."""
    for page in file.log_records.pages():
        read = {record.record_id: read_again(record.received) for record in page}
        kept = {record_id: record for record_id, record in read.items() if record}
        file.rewrite_log_records(kept)
        yield RebuiltLogRecords(records=len(page), unread=len(page) - len(kept))


def read_again(received: ReceivedLogRecord) -> KeptLogRecord | None:
    """Return a log record by today's reading; `None` if it would not be kept."""
    body = otlp.encode_request(received.envelope, [received.body], received.encoding, Signal.LOGS)
    try:
        request = read_log_request(body, received.encoding, max_records=1)
    except BadPayload:
        return None
    return next(iter(request.kept), None)
