"""What every value is made with, and what an attribute may hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a dataclass that the type checker holds to be frozen and that is plain at run time.

    For what is built for every span: a frozen one takes four times as long to build.
    """
    return dataclass(slots=True, kw_only=True)(cls)


AttributeValue: TypeAlias = (
    "str | bool | int | float | bytes"
    " | Sequence[AttributeValue] | Mapping[str, AttributeValue] | None"
)
