"""Compressed request bodies to plain ones, never past a budget."""

import zlib
from enum import StrEnum
from typing import assert_never

from ..errors import BadPayload, TooLarge

_STEP_BYTES = 64 * 1024
_MAX_GZIP_MEMBERS = 4_096
"""Block-wise gzip makes one member for every 64 KiB; millions of empty ones are an attack."""


class Compression(StrEnum):
    """The accepted content encodings."""

    IDENTITY = "identity"
    GZIP = "gzip"
    DEFLATE = "deflate"
    """The zlib format, as HTTP defines it."""


def inflate(body: bytes, compression: Compression, *, limit: int) -> bytes:
    """Decompress *body*, producing at most *limit* bytes.

    Raises:
        TooLarge: the output would exceed *limit*.
        BadPayload: *body* is not complete data of that format.
    """
    match compression:
        case Compression.IDENTITY:
            return body
        case Compression.GZIP:
            return _Inflation("gzip", zlib.MAX_WBITS | 16, _MAX_GZIP_MEMBERS, limit).run(body)
        case Compression.DEFLATE:
            return _Inflation("deflate (zlib)", zlib.MAX_WBITS, 1, limit).run(body)
        case _:
            assert_never(compression)


class _Inflation:
    """The decompression of one body; gzip members share its budget."""

    def __init__(self, format_name: str, wbits: int, max_members: int, limit: int) -> None:
        self._format = format_name
        self._wbits = wbits
        self._members_left = max_members
        self._limit = limit
        self._plain = bytearray()

    def run(self, body: bytes) -> bytes:
        """Feed in steps: what zlib has not consumed yet is copied again at every call."""
        stream = self._next_member()
        for start in range(0, len(body), _STEP_BYTES):
            data = body[start : start + _STEP_BYTES]
            while data:
                if stream.eof:
                    stream = self._next_member()
                self._take(stream, data)
                data = stream.unused_data if stream.eof else stream.unconsumed_tail
        if not stream.eof:
            raise BadPayload(f"the body ends too early, expected complete {self._format} data")
        return bytes(self._plain)

    def _next_member(self) -> "zlib._Decompress":
        if self._members_left == 0:
            raise BadPayload(f"data follows the end, expected complete {self._format} data")
        self._members_left -= 1
        return zlib.decompressobj(wbits=self._wbits)

    def _take(self, stream: "zlib._Decompress", data: bytes) -> None:
        try:
            self._plain += stream.decompress(data, _STEP_BYTES)
        except zlib.error as error:
            raise BadPayload(
                f"the body does not decompress ({error}), expected {self._format} data"
            ) from error
        if len(self._plain) > self._limit:
            raise TooLarge(
                f"the body has more than {self._limit} bytes after decompression, "
                "expected at most that many: send smaller batches"
            )
