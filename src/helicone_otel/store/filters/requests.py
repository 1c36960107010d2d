"""Conditions on one LLM request, `r`, a row of `requests.sql`."""

from ...model import Condition, Field
from ...session_reference import property_lookup_key
from .operators import compare_moment, compare_number, compare_text
from .parameters import Parameters

_TEXTS = {
    Field.SESSION_ID: "r.session_id",
    Field.SESSION_NAME: "r.session_name",
    Field.PATH: "r.path",
    Field.REQUEST_ID: "r.request_id",
    Field.USER_ID: "coalesce(r.user_id, '')",
    Field.PROVIDER: "upper(coalesce(r.provider, ''))",
    Field.MODEL: "coalesce(r.response_model, r.request_model, '')",
    Field.REQUEST_MODEL: "coalesce(r.request_model, '')",
    Field.RESPONSE_MODEL: "coalesce(r.response_model, '')",
    Field.NOWHERE_TEXT: "''",
}
_NUMBERS = {
    Field.STATUS: "r.status",
    Field.LATENCY_MS: "((r.end_ns - r.start_ns) / 1000000)",
    Field.TIME_TO_FIRST_TOKEN_MS: "((coalesce(r.time_to_first_token_ns, 0) + 500000) / 1000000)",
    Field.COST_NANO_USD: "coalesce(r.cost_nano_usd, 0)",
    Field.INPUT_TOKENS: "coalesce(r.input_tokens, 0)",
    Field.OUTPUT_TOKENS: "coalesce(r.output_tokens, 0)",
    Field.TOTAL_TOKENS: "(coalesce(r.input_tokens, 0) + coalesce(r.output_tokens, 0))",
    Field.CACHE_READ_TOKENS: "coalesce(r.cache_read_tokens, 0)",
    Field.CACHE_WRITE_TOKENS: "coalesce(r.cache_write_tokens, 0)",
    Field.NOWHERE_NUMBER: "0",
    Field.SCORES: ("(SELECT count(*) FROM request_score AS q WHERE q.request_id = r.request_id)"),
}
_MOMENTS = {Field.STARTED_MS: "r.start_ns", Field.ENDED_MS: "r.end_ns"}
_PROPERTY = (
    "coalesce((SELECT p.value FROM json_each(r.properties) AS p"
    " WHERE replace(p.key, '_', '-') = {key}), '')"
)
_SCORE = (
    "coalesce((SELECT format('%.15g', q.value) FROM request_score AS q"
    " WHERE q.request_id = r.request_id AND q.name = {key}), '')"
)
_BODIES = frozenset({Field.REQUEST_BODY, Field.RESPONSE_BODY})
_CONTENT = "span_text(r.trace_id, r.span_id)"
"""What was asked and answered, in one: emitters do not always keep the two apart."""


def request_value(field: Field, key: str, parameters: Parameters) -> str:
    """Return SQL for what `r` has in *field*, to sort by."""
    if known := _MOMENTS.get(field) or _NUMBERS.get(field):
        return known
    return _text(field, key, parameters)


def request_sql(condition: Condition, parameters: Parameters) -> str:
    """Return SQL that tells whether `r` meets *condition*, which is not one of a group."""
    field, operator, operand = condition.field, condition.operator, condition.operand
    if field in _MOMENTS:
        return compare_moment(_MOMENTS[field], operator, operand, parameters)
    if field in _NUMBERS:
        return compare_number(_NUMBERS[field], operator, operand, parameters)
    if field is Field.TAG:
        return tag_sql("r.session_id", condition, parameters)
    text = _text(field, condition.key, parameters)
    return compare_text(text, operator, operand, parameters)


def tag_sql(session_id: str, condition: Condition, parameters: Parameters) -> str:
    tagged = compare_text("t.tag", condition.operator, condition.operand, parameters)
    return f"{session_id} IN (SELECT t.session_id FROM session_tag AS t WHERE {tagged})"  # noqa: S608 - made here


def _text(field: Field, key: str, parameters: Parameters) -> str:
    match field:
        case Field.PROPERTY:
            return _PROPERTY.format(key=parameters.add(property_lookup_key(key)))
        case Field.SCORE:
            return _SCORE.format(key=parameters.add(key))
        case _ if field in _BODIES:
            return _CONTENT
        case _:
            return _TEXTS[field]
