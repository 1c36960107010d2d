"""Questions about matching LLM requests, as statements."""

from collections.abc import Mapping
from string import Template

from ..model import Filter, RequestOrder
from .filters import CompiledFilter, Parameters, compile_filter, request_value
from .statements import Statement, sql


def requests_statement(
    wanted: Filter, order: RequestOrder, page: Mapping[str, object]
) -> Statement:
    """Return the statement that lists the requests that are *wanted*."""
    parameters = Parameters("order")
    by = "random()" if order.field is None else request_value(order.field, order.key, parameters)
    direction = "DESC" if order.is_descending else "ASC"
    listed = Template(sql("requests_page")).substitute(order=f"{by} {direction}")
    compiled = compile_filter(wanted)
    return Statement(
        text=_selection(compiled) + listed,
        parameters={**compiled.parameters, **parameters.values, **page},
    )


def count_statement(wanted: Filter) -> Statement:
    compiled = compile_filter(wanted)
    return Statement(
        text=_selection(compiled) + sql("requests_count"), parameters=compiled.parameters
    )


def about_requests(question: str, parameters: Mapping[str, object]) -> Statement:
    """Return the statement of a file that speaks of `$requests`."""
    text = Template(sql(question)).substitute(requests=sql("requests"))
    return Statement(text=text, parameters=parameters)


def _selection(compiled: CompiledFilter) -> str:
    name = "selected_requests_by_sums" if compiled.needs_sums else "selected_requests"
    return Template(sql(name)).substitute(
        requests=sql("requests"), request_matches=compiled.requests, exact=compiled.exact
    )
