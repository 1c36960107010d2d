"""Answer the reading commands from the file, also while a server writes to it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from ..api.session_bodies import SessionList, SessionWhole, whole_body
from ..api.session_list import (
    SessionListParams,
    list_body,
    order_of,
    session_cursor_of,
    session_filter_of,
)
from ..errors import ConfigurationError, NotFound
from ..model import ANY_SESSION, SessionCursor, SessionFilter, SessionOrder
from ..query import NEWEST_FIRST, SessionQueries
from ..store import SpanStore
from ..trace_query import TraceQueries


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuestion:
    """Which sessions, in which order, from where on."""

    wanted: SessionFilter = ANY_SESSION
    order: SessionOrder = NEWEST_FIRST
    after: SessionCursor | None = None
    limit: int


def list_question(options: Mapping[str, object], properties: Sequence[str]) -> ListQuestion:
    """Read options named as the API's parameters; *properties* are `NAME=VALUE`.

    Raises:
        ConfigurationError: one of them is wrong; the message names it.
        BadQuestion: the cursor is none of this list in this order.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        params = SessionListParams.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"--{first['loc'][-1]}: {first['msg']}.") from error
    pairs = [(f"property.{name}", value) for name, value in map(_pair, properties)]
    wanted = session_filter_of(params, QueryParams(pairs))
    order = order_of(params)
    after = session_cursor_of(params.cursor, order)
    return ListQuestion(wanted=wanted, order=order, after=after, limit=params.limit)


def read_sessions(database: Path, question: ListQuestion) -> SessionList:
    """Return sessions in the API's shape.

    Raises:
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        page = SessionQueries(store).list_sessions(
            question.wanted, question.order, after=question.after, limit=question.limit
        )
    return list_body(page, question.order)


def read_session(database: Path, session_id: str) -> SessionWhole:
    """Return one session in the API's shape.

    Raises:
        NotFound: there is none of that id.
        StoreUnusable: there is no file, or it is not ours.
    """
    with closing(SpanStore.open_read_only(database)) as store:
        try:
            return whole_body(TraceQueries(store).get_session(session_id))
        except NotFound as error:
            raise NotFound(
                f"{error} `helicone-otel sessions` lists those of {database}."
            ) from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ConfigurationError(f"--property {text}: expected NAME=VALUE.")
    return name, value
