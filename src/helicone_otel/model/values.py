"""What every value is made with, and what an attribute may hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar, dataclass_transform

from msgspec import Struct

T = TypeVar("T")


class Value(Struct, frozen=True, kw_only=True, gc=False):
    """What is built for every span: in C, and nothing that the garbage collector has to look at.

    It can be in no cycle.
    """


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a dataclass that the type checker holds to be frozen and that is plain at run time.

    For what is built for every trace: a frozen one takes four times as long to build.
    """
    return dataclass(slots=True, kw_only=True)(cls)


AttributeValue: TypeAlias = (
    "str | bool | int | float | bytes"
    " | Sequence[AttributeValue] | Mapping[str, AttributeValue] | None"
)
