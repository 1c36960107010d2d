"""The write path of logs, and of metrics, which are only counted."""

from .. import otlp
from ..mapping import Price
from ..model import Encoding, ExportOutcome
from ..pricing import price
from ..store import SpanStore
from .log_reading import read_log_request


class LogIngest:
    """Take export requests of logs; may be called from many threads at once."""

    def __init__(self, store: SpanStore, *, max_records: int, price: Price = price) -> None:
        self._store = store
        self._max_records = max_records
        self._price = price

    def export(self, body: bytes, encoding: Encoding) -> ExportOutcome:
        """Store the log records that say something of sessions; return once they are committed.

        The others are accepted: their sender has one address for all, and did nothing wrong.

        Raises:
            BadPayload: *body* is no ExportLogsServiceRequest; nothing was stored.
            StoreUnavailable: nothing was stored; the same request may be sent again.
        """
        request = read_log_request(body, encoding, max_records=self._max_records, price=self._price)
        self._store.write_log_records(request.kept)
        return ExportOutcome(
            accepted=request.records, rejections=request.rejections, kept=len(request.kept)
        )


class MetricIngest:
    """Take export requests of metrics and keep nothing of them."""

    def __init__(self, *, max_metrics: int) -> None:
        self._max_metrics = max_metrics

    def export(self, body: bytes, encoding: Encoding) -> ExportOutcome:
        """Count the metrics.

        Raises:
            BadPayload: *body* is no ExportMetricsServiceRequest.
        """
        metrics = otlp.count_metrics(body, encoding, max_metrics=self._max_metrics)
        return ExportOutcome(accepted=metrics, kept=0)
