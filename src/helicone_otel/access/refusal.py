"""A request that is not let in, before anybody has said it in the shape its sender knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    status: HTTPStatus
    message: str
    """What was wrong, then what to do. Never a token or part of one."""
    headers: Mapping[str, str] = field(default_factory=dict)
