"""Which LLM requests are asked for: conditions, and how they combine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TypeAlias


class Field(StrEnum):
    """What a condition looks at. An absent text reads as `""`, an absent number as 0."""

    SESSION_ID = auto()
    SESSION_NAME = auto()
    """The name in force: the request's own, else its session's."""
    PATH = auto()
    REQUEST_ID = auto()
    USER_ID = auto()
    PROVIDER = auto()
    """In upper case, as Helicone writes it."""
    MODEL = auto()
    """As the provider answered, else as it was asked for."""
    REQUEST_MODEL = auto()
    RESPONSE_MODEL = auto()
    REQUEST_BODY = auto()
    RESPONSE_BODY = auto()
    PROPERTY = auto()
    """The property that the condition's key names."""
    SCORE = auto()
    """The score that the condition's key names, as text; a thumb is `1` or `0`."""
    TAG = auto()
    """Any tag the session ever had."""
    SCORES = auto()
    """How many scores the request has."""

    STATUS = auto()
    LATENCY_MS = auto()
    TIME_TO_FIRST_TOKEN_MS = auto()
    COST_NANO_USD = auto()
    INPUT_TOKENS = auto()
    OUTPUT_TOKENS = auto()
    TOTAL_TOKENS = auto()
    CACHE_READ_TOKENS = auto()
    CACHE_WRITE_TOKENS = auto()

    STARTED_MS = auto()
    """Unix time to the millisecond, as are all times that are compared."""
    ENDED_MS = auto()

    NOWHERE_TEXT = auto()
    """A text that Helicone has and spans never say: always absent."""
    NOWHERE_NUMBER = auto()

    GROUP_REQUESTS = auto()
    """This and what follows are sums over the matching requests of one session id and name."""
    GROUP_COST_NANO_USD = auto()
    GROUP_INPUT_TOKENS = auto()
    GROUP_OUTPUT_TOKENS = auto()
    GROUP_TOTAL_TOKENS = auto()
    GROUP_STARTED_MS = auto()
    GROUP_LAST_STARTED_MS = auto()

    @property
    def is_of_group(self) -> bool:
        return self in _GROUP_FIELDS


_GROUP_FIELDS = frozenset(field for field in Field if field.name.startswith("GROUP_"))


class Operator(StrEnum):
    """Helicone's operators; those on text that name no case look at it."""

    EQUALS = "equals"
    NOT_EQUALS = "not-equals"
    LIKE = "like"
    """SQL's pattern, with `%` and `_`."""
    ILIKE = "ilike"
    """The same, ignoring case."""
    CONTAINS = "contains"
    """Ignoring case; nothing in the text is a wildcard."""
    NOT_CONTAINS = "not-contains"
    WITHIN = "within"
    """The path, or one below it; ours."""
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"


Operand: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    field: Field
    operator: Operator
    operand: Operand
    key: str = ""
    """Which property or score; property names are looked up as `property_lookup_key` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part holds; without parts, everything matches."""

    parts: Sequence["Filter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds; without parts, nothing matches."""

    parts: Sequence["Filter"]


Filter: TypeAlias = Condition | AllOf | AnyOf

EVERYTHING = AllOf(parts=())


def all_of(parts: Iterable[Filter]) -> Filter:
    """Return *parts* joined by and, nested ones taken apart."""
    flat: list[Filter] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, AllOf) else [part])
    return flat[0] if len(flat) == 1 else AllOf(parts=flat)
