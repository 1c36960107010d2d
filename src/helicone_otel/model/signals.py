"""What senders tell of themselves."""

from enum import StrEnum


class Signal(StrEnum):
    """What an export request is of."""

    TRACES = "traces"
    LOGS = "logs"
    METRICS = "metrics"
