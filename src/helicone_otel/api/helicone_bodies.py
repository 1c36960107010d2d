"""What Helicone's session endpoints take and give, as its published schemas have it."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ..model import EVERYTHING, Filter
from .filter_grammar import request_filter, session_filter

T = TypeVar("T")


def _check_whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = "Input should be text, but holds half of a surrogate pair"
        raise PydanticCustomError("string_unicode", message) from error
    return text


Text = Annotated[str, AfterValidator(_check_whole)]
"""JSON can spell half a character; no name has one, and SQLite takes none."""


def _flag(given: object) -> object:
    match given:
        case bool():
            return given
        case str() if given.lower() in {"true", "false"}:
            return given.lower() == "true"
        case _:
            raise PydanticCustomError("bool", "invalid boolean value")


def _not_a_flag(given: object) -> object:
    if isinstance(given, bool):
        raise PydanticCustomError("float", "invalid float number")
    return given


Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[float, BeforeValidator(_not_a_flag)]
"""Texts are read as either, as Helicone reads them; one is never taken for the other."""


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_FILTER_SCHEMA = {
    "title": "FilterNode",
    "description": (
        '`"all"`, `{}`, a leaf `{table: {column: {operator: value}}}`, or a branch of two nodes. '
        "A leaf's conditions all hold."
    ),
    "anyOf": [
        {"const": "all"},
        {
            "type": "object",
            "properties": {"left": {}, "operator": {"enum": ["and", "or"]}, "right": {}},
            "required": ["left", "operator", "right"],
            "additionalProperties": False,
        },
        {"type": "object"},
    ],
}

SessionFilter = Annotated[Filter, PlainValidator(session_filter), WithJsonSchema(_FILTER_SCHEMA)]
RequestFilter = Annotated[Filter, PlainValidator(request_filter), WithJsonSchema(_FILTER_SCHEMA)]


class TimeFilter(Body):
    """Requests whose start lies strictly between the two."""

    startTimeUnixMs: Number  # noqa: N815 - Helicone's spelling, here and below
    endTimeUnixMs: Number  # noqa: N815


class SessionQueryParams(Body):
    search: Text
    timeFilter: TimeFilter  # noqa: N815
    timezoneDifference: Number  # noqa: N815
    filter: SessionFilter
    nameEquals: Text = ""  # noqa: N815
    offset: Number = 0
    limit: Number = 50


class SessionNameQueryParams(Body):
    nameContains: Text  # noqa: N815
    timezoneDifference: Number  # noqa: N815
    pSize: Literal["p50", "p75", "p95", "p99", "p99.9"] = "p75"  # noqa: N815
    useInterquartile: Flag = False  # noqa: N815
    timeFilter: TimeFilter | None = None  # noqa: N815
    filter: SessionFilter = EVERYTHING


class Envelope(Body, Generic[T]):
    data: T
    error: None = None


class SessionResult(Body):
    """Times are UTC without a zone, `total_cost` USD, `avg_latency` milliseconds."""

    created_at: str
    latest_request_created_at: str
    session_id: str
    session_name: str
    avg_latency: float
    total_cost: float
    total_requests: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    user_ids: list[str]


class SessionsAggregateMetrics(Body):
    """`avg_latency` is the mean over sessions of their summed latency, in milliseconds."""

    count: int
    total_cost: float
    avg_cost: float
    avg_latency: float
    avg_requests: float


class SessionNameResult(Body):
    name: str
    created_at: str
    last_used: str
    first_used: str
    session_count: int
    avg_latency: float


class HistogramRow(Body):
    range_start: str
    range_end: str
    value: float


class AverageRow(Body):
    average: float | None


class SessionAverages(Body):
    session_cost: list[AverageRow]
    session_duration: list[AverageRow]
    session_count: list[AverageRow]


class SessionMetricsResult(Body):
    """`session_count` is of requests in a session, `session_duration` seconds, cost USD."""

    session_count: list[HistogramRow]
    session_duration: list[HistogramRow]
    session_cost: list[HistogramRow]
    average: SessionAverages
