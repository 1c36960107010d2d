"""One counted call of a model, as the whole page has it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .calls import Role
from .usage import Tokens


@dataclass(frozen=True, kw_only=True)
class Request:
    """A call with everything that its other spans know filled in."""

    role: Role
    trace_id: str
    span_id: str
    request_id: str
    session_id: str | None
    session_name: str | None
    path: str
    user_id: str | None
    properties: dict[str, str]
    start_ns: int
    end_ns: int
    provider: str | None
    request_model: str | None
    response_model: str | None
    response_id: str | None
    tokens: Tokens | None
    cost_nano_usd: int | None
    status: int
    first_token_ns: int | None
    marks: Sequence[str] = ()

    @property
    def failed(self) -> bool:
        return self.status >= 400
