"""Export requests from a file into the store."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from .. import otlp
from ..errors import BadPayload
from ..model import Encoding, ExportOutcome, Signal
from ..otlp import FiledRequest

Exports: TypeAlias = Mapping[Signal, Callable[[bytes, Encoding], ExportOutcome]]
"""What stores the requests of each signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRequest:
    """What became of one request."""

    size_bytes: int
    signal: Signal = Signal.TRACES
    imported: int = 0
    """Items that are stored now, whether or not they were before."""
    left_out: int = 0
    """Items that are as they should be, but say nothing of sessions."""
    refusals: tuple[str, ...] = ()
    """What was not imported and why, with its place in the file."""


def import_requests(
    exports: Exports, requests: Iterable[FiledRequest]
) -> Iterator[ImportedRequest]:
    """Store *requests* one by one, yielding the outcome of each; to do it again does no harm.

    Raises:
        BadPayload: *requests* ends with it; what came before is stored.
        StoreUnavailable: the file cannot be written; what was yielded is stored.
    """
    for request in requests:
        yield _import(exports, request)


def _import(exports: Exports, request: FiledRequest) -> ImportedRequest:
    place = f"{'line' if request.encoding is Encoding.JSON else 'request'} {request.number}"
    size_bytes = len(request.body)
    try:
        signal = otlp.signal_of(request.body, request.encoding)
        outcome = exports[signal](request.body, request.encoding)
    except BadPayload as error:
        return ImportedRequest(size_bytes=size_bytes, refusals=(f"{place}: {error}",))
    kept = outcome.accepted if outcome.kept is None else outcome.kept
    refusals = (
        f"{place}, {signal.item} {item.index}: {item.reason}" for item in outcome.rejections
    )
    return ImportedRequest(
        size_bytes=size_bytes,
        signal=signal,
        imported=kept,
        left_out=outcome.accepted - kept,
        refusals=tuple(refusals),
    )
