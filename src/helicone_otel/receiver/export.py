"""What both transports need of the write path."""

from typing import Protocol

from ..model import Encoding, ExportOutcome


class Export(Protocol):
    """Takes one ExportTraceServiceRequest; called from many threads at once."""

    def __call__(self, body: bytes, encoding: Encoding, /) -> ExportOutcome:
        """Store the spans of *body*, uncompressed.

        MUST return only after the accepted spans are durable; the sender forgets them then.
        MUST be idempotent: senders repeat a request whose answer was lost.

        Raises:
            BadPayload: nothing was stored and a retry would fail the same way.
            TooLarge: likewise, because there is too much of it.
            StoreUnavailable: the same request may succeed later.
        """
        ...
