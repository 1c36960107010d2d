"""Questions about matching requests by session id and name, as statements."""

from collections.abc import Mapping
from string import Template
from typing import Literal

from ..model import Filter
from .filters import compile_filter
from .statements import Statement, sql

GroupQuestion = Literal["groups_page", "groups_total", "groups_measures", "groups_names"]


def group_statement(
    question: GroupQuestion, wanted: Filter, parameters: Mapping[str, object] | None = None
) -> Statement:
    """Return the statement that answers *question* about the requests that are *wanted*."""
    compiled = compile_filter(wanted)
    groups = "matching_groups_mixed" if compiled.is_mixed else "matching_groups"
    text = Template(f"{sql(groups)}\n{sql(question)}").substitute(
        requests=sql("requests"),
        all_match=compiled.all_match,
        any_may_match=compiled.any_may_match,
        unsure=compiled.unsure,
        request_matches=compiled.requests,
        exact=compiled.exact,
        sums_match="TRUE" if compiled.is_mixed else compiled.sums,
    )
    return Statement(text=text, parameters={**compiled.parameters, **(parameters or {})})
