"""Attribute values of either encoding as plain Python values, never deeper or larger than allowed.

Floats may be NaN or infinite: whoever writes JSON or SQL replaces them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from ..model import AttributeValue
from ..truncations import count_truncation
from .limits import MAX_VALUE_DEPTH, MAX_VALUE_NODES, shorten_bytes, shorten_text

T = TypeVar("T")
V = TypeVar("V")
Scalar: TypeAlias = "str | bool | int | float | bytes | None"


@dataclass(frozen=True, slots=True)
class Items(Generic[T]):
    """A list one level open."""

    values: Iterable[T]


@dataclass(frozen=True, slots=True)
class Members(Generic[T]):
    """A map one level open."""

    values: Iterable[tuple[str, T]]


Opened: TypeAlias = Scalar | Items[T] | Members[T]


def convert(value: T, open_value: Callable[[T], Opened[T]]) -> AttributeValue:
    """Return *value* with all it holds; *open_value* reads one level of its encoding.

    Long text and bytes are cut, levels past 32 are `None`, values past 10,000 are left out;
    the raw span keeps them. The last of a repeated map key wins.
    """
    return _Walk(open_value).convert(value, depth=0)


class _Walk(Generic[T]):
    """Counts the values of one attribute while converting them."""

    def __init__(self, open_value: Callable[[T], Opened[T]]) -> None:
        self._open = open_value
        self._nodes_left = MAX_VALUE_NODES

    def convert(self, value: T, *, depth: int) -> AttributeValue:
        opened = self._open(value)
        match opened:
            case str():
                return shorten_text(opened)
            case bytes():
                return shorten_bytes(opened)
            case Items() | Members() if depth == MAX_VALUE_DEPTH:
                count_truncation("depth")
                return None
            case Items():
                return [self.convert(item, depth=depth + 1) for item in self._take(opened.values)]
            case Members():
                members = self._take(opened.values)
                return {key: self.convert(member, depth=depth + 1) for key, member in members}
            case _:
                return opened

    def _take(self, values: Iterable[V]) -> Iterable[V]:
        for value in values:
            if self._nodes_left == 0:
                count_truncation("items")
                return
            self._nodes_left -= 1
            yield value
