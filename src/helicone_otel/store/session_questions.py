"""Questions about whole sessions, as statements."""

from collections.abc import Iterator
from string import Template

from ..model import Condition, SessionCursor, SessionFilter, SessionNumber, SessionOrder
from .filters import Parameters, any_may_match_sql, request_sql
from .search_words import match_expression
from .statements import Statement, sql

_NUMBERS = {
    SessionNumber.STARTED: "s.start_ns",
    SessionNumber.ENDED: "s.end_ns",
    SessionNumber.FIRST_REQUEST: "coalesce(s.first_request_start_ns, 0)",
    SessionNumber.LATEST_REQUEST: "coalesce(s.last_request_start_ns, 0)",
    SessionNumber.COST: "s.cost_nano_usd",
    SessionNumber.REQUESTS: "s.requests",
    SessionNumber.ERRORS: "s.failed_requests",
    SessionNumber.UNPRICED: "s.unpriced_requests",
    SessionNumber.WITHOUT_USAGE: "s.requests_without_usage",
    SessionNumber.PROMPT_TOKENS: "s.input_tokens",
    SessionNumber.COMPLETION_TOKENS: "s.output_tokens",
    SessionNumber.TOKENS: "(s.input_tokens + s.output_tokens)",
    SessionNumber.DURATION: "coalesce(s.last_request_end_ns - s.first_request_start_ns, 0)",
    SessionNumber.ELAPSED: "(s.end_ns - s.start_ns)",
    SessionNumber.ACTIVE: "s.active_ns",
    SessionNumber.LATENCY: "(CAST(s.latency_ns AS REAL) / max(s.requests, 1))",
    SessionNumber.SPANS: "s.spans",
    SessionNumber.MISSING_PARENTS: "s.missing_parents",
}


def sessions_statement(
    wanted: SessionFilter,
    order: SessionOrder,
    after: SessionCursor | None,
    *,
    limit: int,
    words_are_common: bool = False,
) -> Statement:
    """Return the statement that lists sessions, each with its `cursor_number`.

    *words_are_common*, if very many requests have all words searched for, changes only its speed.
    """
    parameters = Parameters()
    number = _NUMBERS[order.number]
    conditions = list(_conditions(wanted, parameters))
    if wanted.search:
        conditions.append(_found(wanted.search, parameters, words_are_common=words_are_common))
    if after is not None:
        sign = "<" if order.is_descending else ">"
        seen = f"({parameters.add(after.number)}, {parameters.add(after.session_id)})"
        conditions.append(f"({number}, s.session_id) {sign} {seen}")
    text = Template(sql("sessions_page")).substitute(
        requests=sql("requests"),
        conditions=" AND ".join(conditions) or "TRUE",
        number=number,
        direction="DESC" if order.is_descending else "ASC",
    )
    return Statement(text=text, parameters={**parameters.values, "limit": limit})


def _conditions(wanted: SessionFilter, parameters: Parameters) -> Iterator[str]:
    if wanted.name is not None:
        yield f"s.name = {parameters.add(wanted.name)}"
    if wanted.is_failed is not None:
        yield f"(s.failed_requests > 0) = {parameters.add(int(wanted.is_failed))}"
    for number, bound in wanted.at_least.items():
        yield f"{_NUMBERS[number]} >= {parameters.add(bound)}"
    for number, bound in wanted.at_most.items():
        yield f"{_NUMBERS[number]} <= {parameters.add(bound)}"
    for condition in wanted.requests:
        yield _some_request(condition, parameters)


def _some_request(condition: Condition, parameters: Parameters) -> str:
    """Look into what upkeep has kept, and into the requests of sessions it has not come to.

    Of values that are present, `any_may_match_sql` is sure.
    """
    return Template(sql("sessions_with_request")).substitute(
        kept=any_may_match_sql(condition, parameters), exact=request_sql(condition, parameters)
    )


def _found(text: str, parameters: Parameters, *, words_are_common: bool) -> str:
    """Look in ids, names and words: session by session if many will do, else at once."""
    variant = "common" if words_are_common else "rare"
    words = match_expression(text)
    found = Template(sql(f"sessions_named_{variant}")).substitute(
        text=parameters.add(text.casefold()), fold="lower" if text.isascii() else "casefold"
    )
    if words is not None:
        told = Template(sql(f"sessions_with_{variant}_words"))
        found = f"{told.substitute(words=parameters.add(words))} OR {found}"
    return f"({found})"
