"""Export requests in files, as the Collector's file exporter writes them.

In JSON each is a line; in protobuf each has its length before it, a big-endian uint32.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import BinaryIO, assert_never

from ..errors import BadPayload
from ..model import Encoding

_LENGTH = struct.Struct(">I")
_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd"}
_MAX_REQUEST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledRequest:
    number: int
    """The line in JSON, the position in protobuf, from 1."""
    body: bytes
    encoding: Encoding


def write_request(file: BinaryIO, body: bytes, encoding: Encoding) -> None:
    match encoding:
        case Encoding.JSON:
            file.write(body + b"\n")
        case Encoding.PROTOBUF:
            file.write(_LENGTH.pack(len(body)) + body)
        case _:
            assert_never(encoding)


def read_requests(file: BinaryIO) -> Iterator[FiledRequest]:
    """Yield the requests of *file*, which tells its encoding by its first bytes.

    Raises:
        BadPayload: it holds neither, or ends within a request; those before it were yielded.
    """
    head = file.read(_LENGTH.size)
    if head.lstrip()[:1] in (b"{", b""):
        lines = chain((head + file.readline()).splitlines(), file)
        yield from _lines(lines)
    elif packing := _PACKED.get(head[:2]):
        raise BadPayload(f"the file is packed with {packing}; unpack it before")
    else:
        yield from _delimited(head, file)


def _lines(lines: Iterable[bytes]) -> Iterator[FiledRequest]:
    for number, line in enumerate(lines, start=1):
        if (body := line.strip()) == b"{":
            raise BadPayload(
                f"the request that begins on line {number} goes on over more lines, expected each "
                "on a line of its own; `jq -c .` writes it so"
            )
        if body:
            yield FiledRequest(number=number, body=body, encoding=Encoding.JSON)


def _delimited(head: bytes, file: BinaryIO) -> Iterator[FiledRequest]:
    for number in count(1):
        body = _read_exactly(file, _length_of(head, number), number)
        yield FiledRequest(number=number, body=body, encoding=Encoding.PROTOBUF)
        head = file.read(_LENGTH.size)
        if not head:
            return


def _length_of(head: bytes, number: int) -> int:
    if len(head) < _LENGTH.size:
        raise _cut(number)
    (length,) = _LENGTH.unpack(head)
    if length > _MAX_REQUEST_BYTES:
        raise _no_requests()
    return int(length)


def _read_exactly(file: BinaryIO, length: int, number: int) -> bytes:
    body = file.read(length)
    if len(body) < length:
        raise _cut(number)
    return body


def _no_requests() -> BadPayload:
    return BadPayload(
        "the file holds no whole OTLP request as the Collector's file exporter writes them: "
        "neither a JSON object on each line nor protobuf with a length before each"
    )


def _cut(number: int) -> BadPayload:
    if number == 1:
        return _no_requests()  # most likely it is something else altogether
    return BadPayload(f"the file ends within request {number}; those before it are whole")
