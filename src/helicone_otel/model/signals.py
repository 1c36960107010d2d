"""What senders tell of themselves."""

from enum import StrEnum


class Signal(StrEnum):
    """What an export request is of."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"

    @property
    def item(self) -> str:
        """What one item of it is called."""
        return _ITEMS[self]


_ITEMS = {Signal.TRACES: "span", Signal.LOGS: "log record", Signal.METRICS: "metric"}
