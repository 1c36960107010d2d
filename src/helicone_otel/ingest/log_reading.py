"""Read an export request of logs: which records are kept, and what each says."""

from collections.abc import Sequence

from .. import mapping, otlp
from ..mapping import Price
from ..model import Encoding, KeptLogRecord, Rejection, value
from ..pricing import price


@value
class ReadLogRequest:
    """The log records of one request, ready to be stored."""

    kept: Sequence[KeptLogRecord]
    records: int
    """Those that say nothing of sessions among them."""
    rejections: Sequence[Rejection]


def read_log_request(
    body: bytes, encoding: Encoding, *, max_records: int, price: Price = price
) -> ReadLogRequest:
    """Return what is in *body*, an ExportLogsServiceRequest.

    Raises:
        BadPayload: *body* is no such request.
        TooLarge: it has more than *max_records* log records.
    """
    request = otlp.decode_logs(
        body, encoding, wanted=mapping.WANTED_LOG_ATTRIBUTES, max_records=max_records
    )
    read = (mapping.read_log_record(record, price, otlp.log_identity) for record in request.records)
    return ReadLogRequest(
        kept=[kept for kept in read if kept is not None],
        records=len(request.records),
        rejections=request.rejections,
    )
