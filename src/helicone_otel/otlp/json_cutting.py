"""Where the items of an OTLP/JSON body are, found without keeping anything parsed."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from ..errors import BadPayload, TooLarge
from .limits import MAX_AROUND_BYTES, MAX_PARTS

MAX_TOKENS = 400_000
"""Texts, brackets and commas of all items that are larger than the window."""

_WINDOW_BYTES = 1024 * 1024
_MAX_STEPS = 2 * MAX_PARTS
"""Items, and members of what is around them."""
_SPACE = re.compile(rb"[ \t\n\r]*+")
_NAME = re.compile(rb'[ \t\n\r]*+("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\n\r]*+:', re.DOTALL)
_EMPTY = re.compile(rb"[ \t\n\r]*+\{[ \t\n\r]*+\}")
_SEPARATOR = re.compile(rb"[ \t\n\r]*+([,\]}])")
_SMALL = re.compile(rb'[ \t\n\r]*+(?:\{\}|\[\]|"[^"\\]{0,999}+"|[-+.\w]++)')
"""A value that needs no parser to be passed; whether it is one is seen when all is parsed."""
_TOKEN = re.compile(rb'([\[{])|([\]}])|,|"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_PARSER = json.JSONDecoder()

Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    body: bytes
    around: bytes
    """The body with each list of items replaced by a list of its number in `items`."""
    items: Sequence[Sequence[Place]]
    """Where each item is."""


def cut(body: bytes, names: tuple[str, str, str]) -> Cut:
    """Find the items of *body*; *names* are of the members around them, from the outside in.

    Raises:
        BadPayload: *body* is not JSON as far as was looked at, or not an object.
        TooLarge: there is too much in it, or around its items.
    """
    return _Cutting(body, [f'"{name}"'.encode() for name in names]).run()


class _Cutting:
    def __init__(self, body: bytes, names: Sequence[bytes]) -> None:
        self._body = body
        self._names = names
        self._at = 0
        self._window = _Window(body)
        self._steps_left = _MAX_STEPS
        self._items: list[list[Place]] = []
        self._around: list[bytes] = []
        self._around_start = 0

    def run(self) -> Cut:
        self._object(0)
        if self._next() != b"":
            self._fail("data follows the end")
        self._around.append(self._body[self._around_start :])
        around = b"".join(self._around)
        if len(around) > MAX_AROUND_BYTES:
            raise TooLarge(
                f"the request has {len(around)} bytes around its items, expected at most "
                f"{MAX_AROUND_BYTES}: send smaller batches"
            )
        return Cut(body=self._body, around=around, items=self._items)

    def _object(self, level: int) -> None:
        """Pass an object, looking into the member that is named for its *level*."""
        empty = _EMPTY.match(self._body, self._at)
        if empty is not None:
            self._at = empty.end()
            return
        self._take(b"{")
        while True:
            name = _NAME.match(self._body, self._at)
            if name is None:
                self._fail("expected a member")
            self._at = name.end()
            self._step()
            if name[1] == self._names[level] and self._next() == b"[":
                self._list(level)
            else:
                self._pass_value()
            if not self._goes_on(b"}"):
                return

    def _list(self, level: int) -> None:
        self._take(b"[")
        is_of_items = level == len(self._names) - 1
        start, places = self._at, list[Place]()
        if self._ends(b"]"):
            return
        while True:
            if is_of_items:
                places.append(self._pass_item())
            elif self._next() == b"{":
                self._object(level + 1)
            else:
                self._pass_value()
            self._step()
            if len(places) > MAX_PARTS:
                raise _too_many_parts()
            if not self._goes_on(b"]"):
                break
        if is_of_items:
            self._replace(start, places)

    def _replace(self, start: int, places: list[Place]) -> None:
        """Leave out what is from *start* to the bracket that was just passed."""
        self._around += [self._body[self._around_start : start], b"%d" % len(self._items)]
        self._around_start = self._at - 1
        self._items.append(places)

    def _pass_item(self) -> Place:
        self._next()
        start = self._at
        self._at = self._window.end_of_value(start) or self._window.end_of_large(start)
        return start, self._at

    def _pass_value(self) -> None:
        """Pass a value that stays around the items."""
        small = _SMALL.match(self._body, self._at)
        if small is not None:
            self._at = small.end()
            return
        self._next()
        end = self._window.end_of_value(self._at)
        if end is None:
            self._fail(f"expected a value of at most {_WINDOW_BYTES} bytes")
        self._at = end

    def _next(self) -> bytes:
        """Pass white space; return the byte after it, or nothing at the end."""
        matched = _SPACE.match(self._body, self._at)
        if matched is not None:
            self._at = matched.end()
        return self._body[self._at : self._at + 1]

    def _ends(self, bracket: bytes) -> bool:
        if self._next() != bracket:
            return False
        self._at += 1
        return True

    def _goes_on(self, bracket: bytes) -> bool:
        """Pass a comma or the closing *bracket*; tell which."""
        found = _SEPARATOR.match(self._body, self._at)
        if found is None or found[1] not in (b",", bracket):
            self._fail(f"expected , or {bracket.decode()}")
        self._at = found.end()
        return found[1] != bracket

    def _take(self, expected: bytes) -> None:
        if not self._ends(expected):
            self._fail(f"expected {expected.decode()}")

    def _step(self) -> None:
        self._steps_left -= 1
        if self._steps_left < 0:
            raise _too_many_parts()

    def _fail(self, reason: str) -> NoReturn:
        raise BadPayload(f"the body cannot be read as JSON: {reason} at byte {self._at}")


class _Window:
    """A piece of the body as text, in which values are parsed to find where they end."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._start = -1
        self._text = ""
        self._tokens_left = MAX_TOKENS

    def end_of_value(self, at: int) -> int | None:
        """Return the end of the value at *at*; `None` if it is broken or larger than the window."""
        end = self._end_inside(at)
        if end is None and at != self._start:
            # Byte by byte; what texts say does not matter here.
            self._text = str(self._body[at : at + _WINDOW_BYTES], "latin-1")
            self._start = at
            end = self._end_inside(at)
        return end

    def end_of_large(self, at: int) -> int:
        """Return the end of a list or object that `end_of_value` did not find."""
        depth = 0
        for token in _TOKEN.finditer(self._body, at):
            depth += bool(token[1]) - bool(token[2])
            if depth == 0:
                if token.end() - at < _WINDOW_BYTES:
                    break
                return token.end()
            self._tokens_left -= 1
            if self._tokens_left < 0:
                raise TooLarge(
                    f"the request's large items have more than {MAX_TOKENS} texts, brackets and "
                    "commas: send smaller batches"
                )
        raise BadPayload(f"the body cannot be read as JSON: expected a value at byte {at}")

    def _end_inside(self, at: int) -> int | None:
        if not self._start <= at < self._start + len(self._text):
            return None
        try:
            _, end = _PARSER.raw_decode(self._text, at - self._start)
        except ValueError:
            return None
        except RecursionError as error:
            raise BadPayload("the body is JSON that is nested too deep") from error
        if end == len(self._text) and self._start + end < len(self._body):
            return None  # a number may go on
        return self._start + end


def _too_many_parts() -> TooLarge:
    return TooLarge(f"the request has more than {MAX_PARTS} parts: send smaller batches")
