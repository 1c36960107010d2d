"""What happens to telemetry on its way in, counted for `/metrics`."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics_core import (
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from .errors import StoreUnavailable
from .model import Encoding, ExportOutcome
from .store import StoreStatus
from .truncations import counted_truncations

_PREFIX = "helicone_otel"

Export = Callable[[bytes, Encoding], ExportOutcome]


class Meters:
    """Every number of one server; may be counted from any thread."""

    def __init__(self, store_status: Callable[[], StoreStatus]) -> None:
        """Count, and ask *store_status* whenever the numbers are read."""
        self._registry = CollectorRegistry()
        self._registry.register(_StoreCollector(store_status))
        self.received = self._counter("received", "Items received in readable requests.", "signal")
        self.stored = self._counter("stored", "Items committed to the database.", "signal")
        self.rejected = self._counter("rejected", "Items refused one by one.", "signal")
        self.put_off = self._counter(
            "put_off", "Tries to store a request that came to nothing yet.", "signal"
        )
        self.truncated = self._counter("truncated", "Values cut to their limit.", "kind")
        self._http = self._counter("http_requests", "Answers over HTTP.", "scope", "status")
        self._grpc = self._counter("grpc_requests", "Answers over gRPC.", "code")

    def count_http(self, scope: str, status: int) -> None:
        self._http.labels(scope, status).inc()

    def count_grpc(self, code: str) -> None:
        self._grpc.labels(code).inc()

    def count_export(self, signal: str, outcome: ExportOutcome) -> None:
        """Count the items of a request that was read."""
        rejected, kept = len(outcome.rejections), outcome.kept
        self.received.labels(signal).inc(outcome.accepted + rejected)
        self.stored.labels(signal).inc(outcome.accepted if kept is None else kept)
        self.rejected.labels(signal).inc(rejected)

    def count_truncations(self, truncations: Mapping[str, int]) -> None:
        for kind, count in truncations.items():
            self.truncated.labels(kind).inc(count)

    def text(self) -> bytes:
        """Return all of them in the Prometheus text format."""
        return generate_latest(self._registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"{_PREFIX}_{name}", help_text, labels, registry=self._registry)


def metered(export: Export, meters: Meters, signal: str) -> Export:
    """Return *export* with its outcomes counted as those of *signal*."""

    def export_and_count(body: bytes, encoding: Encoding) -> ExportOutcome:
        with counted_truncations() as truncations:
            try:
                outcome = export(body, encoding)
            except StoreUnavailable:
                meters.put_off.labels(signal).inc()
                raise
        meters.count_export(signal, outcome)
        meters.count_truncations(truncations)
        return outcome

    return export_and_count


class _StoreCollector(Collector):
    """What the store knows by itself."""

    def __init__(self, status: Callable[[], StoreStatus]) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status()
        yield GaugeMetricFamily(
            f"{_PREFIX}_queue_bytes", "Raw bytes that wait for the writer.", status.waiting_bytes
        )
        yield SummaryMetricFamily(
            f"{_PREFIX}_commit_seconds",
            "Time the writer took for commits.",
            count_value=status.commits,
            sum_value=status.commit_seconds,
        )
        yield GaugeMetricFamily(
            f"{_PREFIX}_database_bytes",
            "Size of the database with its write-ahead log.",
            status.file_bytes,
        )

    def describe(self) -> Iterator[Metric]:
        return iter(())
