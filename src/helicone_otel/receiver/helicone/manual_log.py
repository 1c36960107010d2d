"""What a manual logger posts: one call, with the provider's request and response."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from ...errors import BadPayload
from ...otlp import parse_json

_MS_NS = 1_000_000
_MS_US = _US_NS = 1_000
_FIRST_MS = 4_102_444_800
"""Helicone takes a string of digits below it for seconds, any other for milliseconds."""
_MAX_MS = 2**63 // _MS_NS


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def _milliseconds(value: object) -> object:
    """Bring the spellings of a moment that Helicone takes to milliseconds since the epoch."""
    match value:
        case {"seconds": int() | float() as seconds, "milliseconds": int() | float() as rest}:
            return seconds * 1000 + rest
        case str() if value.isascii() and value.isdigit():
            number = float(value)
            return number * 1000 if number < _FIRST_MS else number
        case str():
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
        case _:
            return value


Moment = Annotated[float, BeforeValidator(_milliseconds), Field(ge=0, lt=_MAX_MS)]
"""Milliseconds since the Unix epoch."""


class ProviderRequest(_Part):
    url: str = ""
    body: dict[str, Any] = Field(alias="json")
    meta: dict[str, Any] = {}
    """Treated as headers; those of the HTTP request win."""


class ProviderResponse(_Part):
    body: Any = Field(default=None, alias="json")
    text: str | None = Field(default=None, alias="textBody")
    """Wins over the body."""
    status: int = Field(ge=-999, le=999)
    """Of HTTP; -3 means that the caller cancelled the call."""


class Timing(_Part):
    start_ms: Moment = Field(alias="startTime")
    end_ms: Moment = Field(alias="endTime")
    time_to_first_token_ms: float | None = Field(
        default=None, alias="timeToFirstToken", ge=0, lt=_MAX_MS
    )

    @property
    def start_ns(self) -> int:
        return _nanoseconds(self.start_ms)

    @property
    def end_ns(self) -> int:
        return _nanoseconds(self.end_ms)


def _nanoseconds(moment_ms: float) -> int:
    return round(moment_ms * _MS_US) * _US_NS  # a double counts no further than microseconds


class ManualLog(_Part):
    request: ProviderRequest = Field(alias="providerRequest")
    response: ProviderResponse = Field(alias="providerResponse")
    timing: Timing | None = None
    provider: str | None = None


def read_manual_log(body: bytes) -> ManualLog:
    """Return the log that *body* is.

    Raises:
        BadPayload: it is none.
    """
    document = parse_json(body, member="providerRequest")
    try:
        return ManualLog.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise BadPayload(f"the log cannot be read: {place}: {first['msg']}") from error
