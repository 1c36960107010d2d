"""Export requests from a file into the store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..errors import BadPayload
from ..ingest import Ingest
from ..model import Encoding
from ..otlp import FiledRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRequest:
    """What became of one request; spans that were stored already count as imported."""

    spans: int
    size_bytes: int
    refusals: tuple[str, ...] = ()
    """What was not imported and why, with its place in the file."""


def import_requests(ingest: Ingest, requests: Iterable[FiledRequest]) -> Iterator[ImportedRequest]:
    """Store *requests* one by one, yielding the outcome of each; to do it again does no harm.

    Raises:
        BadPayload: *requests* ends with it; what came before is stored.
        StoreUnavailable: the file cannot be written; what was yielded is stored.
    """
    for request in requests:
        yield _import(ingest, request)


def _import(ingest: Ingest, request: FiledRequest) -> ImportedRequest:
    place = f"{'line' if request.encoding is Encoding.JSON else 'request'} {request.number}"
    size_bytes = len(request.body)
    try:
        outcome = ingest.export(request.body, request.encoding)
    except BadPayload as error:
        return ImportedRequest(spans=0, size_bytes=size_bytes, refusals=(f"{place}: {error}",))
    refusals = (f"{place}, span {item.index}: {item.reason}" for item in outcome.rejections)
    return ImportedRequest(spans=outcome.accepted, size_bytes=size_bytes, refusals=tuple(refusals))
