"""What both transports need of the write path."""

from dataclasses import dataclass
from typing import Protocol

from ..model import Encoding, ExportOutcome


class Export(Protocol):
    """Takes one export request of a signal; called from many threads at once."""

    def __call__(self, body: bytes, encoding: Encoding, /) -> ExportOutcome:
        """Store the items of *body*, uncompressed, such as spans.

        MUST return only after what it accepts and keeps is durable; the sender forgets them then.
        MUST be idempotent: senders repeat a request whose answer was lost.

        Raises:
            BadPayload: nothing was stored and a retry would fail the same way.
            TooLarge: likewise, because there is too much of it.
            StoreUnavailable: the same request may succeed later.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """The write path of each signal."""

    traces: Export
    logs: Export
    metrics: Export
