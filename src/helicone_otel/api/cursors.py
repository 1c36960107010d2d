"""Places in lists as opaque text, to ask for the page behind them."""

import base64
import binascii
from collections.abc import Sequence

import orjson
from pydantic import BaseModel, ConfigDict, Field

from .api_route import BadQuestion

MAX_PAGE = 1000
MAX_INT64 = 2**63 - 1


class PageParams(BaseModel):
    model_config = ConfigDict(frozen=True)

    limit: int = Field(default=100, ge=1, le=MAX_PAGE, description="At most so many.")
    cursor: str | None = Field(default=None, description="From the page before.")


def encode_cursor(place: Sequence[object] | None) -> str | None:
    if place is None:
        return None
    return base64.urlsafe_b64encode(orjson.dumps(tuple(place))).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[object]:
    """Return what `encode_cursor` was given.

    Raises:
        BadQuestion: *cursor* is nothing that it has made.
    """
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise unknown_cursor() from error
    if not isinstance(place, list):
        raise unknown_cursor()
    return place


def unknown_cursor() -> BadQuestion:
    return BadQuestion("`cursor` is not one that a page of this list gave, sorted as it is.")
