"""Protobuf messages cut into their fields, before C code builds anything of them.

Parsed, a field of two bytes takes thirty; so whoever wants to hurt sends many. Here a field
takes nothing until it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .checks import Malformed

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MORE = 0x80
_MAX_VARINT_BITS = 64


@dataclass(frozen=True, slots=True)
class Field:
    number: int
    head: int
    """Where it begins, with its tag."""
    start: int
    """Where its content begins."""
    stop: int
    is_bytes: bool
    """Whether the content may be a text, bytes or a message."""


def split(
    data: bytes, start: int, stop: int, *, number: int, most: int
) -> tuple[list[tuple[int, int]], bytes]:
    """Return where the contents of the fields *number* are, and the other fields as they stand.

    Raises:
        Malformed: these are no whole fields.
        TooMany: there are more than *most* of one kind or the other.
    """
    tag = number << 3 | _BYTES  # of one byte, for the numbers up to 15
    wanted: list[tuple[int, int]] = []
    others: list[bytes] = []
    at = start
    while at < stop:
        if data[at] == tag:
            begin = at + 2
            size = data[at + 1] if begin <= stop else _MORE
            if size >= _MORE:
                size, begin = read_varint(data, at + 1, stop)
            at = begin + size
            wanted.append((begin, at))
        else:
            other = next_field(data, at, stop)
            others.append(data[at : other.stop])
            at = other.stop
        if len(wanted) > most or len(others) > most:
            raise TooMany
    if at != stop:
        raise Malformed("a field is longer than what it is in")
    return wanted, b"".join(others)


class TooMany(Exception):
    """There are more fields than allowed; it never leaves `otlp`."""


def fields(data: bytes, start: int, stop: int) -> Iterator[Field]:
    """Yield the fields in their order.

    Raises:
        Malformed: these are no whole fields.
    """
    while start < stop:
        field = next_field(data, start, stop)
        yield field
        start = field.stop


def next_field(data: bytes, at: int, stop: int) -> Field:
    tag, start = read_varint(data, at, stop)
    match tag & 7:
        case 2:
            size, start = read_varint(data, start, stop)
            end = start + size
        case 0:
            _, end = read_varint(data, start, stop)
        case 1:
            end = start + 8
        case 5:
            end = start + 4
        case wire_type:
            raise Malformed(f"a field has the wire type {wire_type}, which OTLP does not use")
    if end > stop:
        raise Malformed("a field is longer than what it is in")
    return Field(tag >> 3, at, start, end, tag & 7 == _BYTES)


def read_varint(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """Return the number at *at* and where the next byte is."""
    value = shift = 0
    while at < stop and shift < _MAX_VARINT_BITS:
        byte = data[at]
        at += 1
        value |= (byte & ~_MORE) << shift
        if byte < _MORE:
            return value, at
        shift += 7
    raise Malformed("a number does not end")


def write_bytes(number: int, content: bytes) -> bytes:
    """Return a field of *content*."""
    return b"".join((_varint(number << 3 | _BYTES), _varint(len(content)), content))


def _varint(value: int) -> bytes:
    written = bytearray()
    while value >= _MORE:
        written.append(value & ~_MORE & 0xFF | _MORE)
        value >>= 7
    written.append(value)
    return bytes(written)
