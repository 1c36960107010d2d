"""A copy of what a response says, as much of it as its facts need."""

import re
from collections import deque
from collections.abc import Iterable, Iterator

from .documents import Json, mapping_in

MAX_HEAD_BYTES = 256 * 1024
MAX_TAIL_BYTES = 256 * 1024
"""Models, ids and the first usage stand at the beginning; finish reasons and usage at the end."""

_TELLING = re.compile(
    rb'"(?:usage|usageMetadata|x_groq|stop_reason|finish_reason|finishReason|error)"\s*:\s*[^n\s]'
)
"""In an event that says more than a piece of the answer."""
_DATA = b"data:"


class Recording:
    """The bytes of a body, passed on as they come; of a long one its beginning and its end."""

    def __init__(self) -> None:
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._head_room = MAX_HEAD_BYTES
        self._tail_bytes = 0
        self.has_gap = False
        """Something between beginning and end was let go."""

    def add(self, chunk: bytes) -> None:
        """Keep *chunk*; nothing is copied."""
        if self._head_room > 0:
            self._head.append(chunk)
            self._head_room -= len(chunk)
            return
        self._tail.append(chunk)
        self._tail_bytes += len(chunk)
        while self._tail_bytes > MAX_TAIL_BYTES and len(self._tail) > 1:
            self._tail_bytes -= len(self._tail.popleft())
            self.has_gap = True

    def body(self) -> bytes:
        """Return what was kept; around a gap a line feed."""
        if self.has_gap:
            return b"".join(self._head) + b"\n" + b"".join(self._tail)
        return b"".join((*self._head, *self._tail))


def events_in(body: bytes, *, every: bool) -> Iterator[Json]:
    """Yield the documents in the server-sent events of *body*: the first and the telling ones.

    What is cut off in the middle is left out.
    """
    for number, line in enumerate(_data_lines(body.splitlines())):
        if number and not every and not _TELLING.search(line):
            continue
        document = mapping_in(line)
        if document is not None:
            yield document


def _data_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line[len(_DATA) :] for line in lines if line.startswith(_DATA))
