"""What Helicone's filters may look at: its tables and columns, as fields of ours.

Source: the published contract of Helicone's filters. A column that spans say nothing about is
accepted and always absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from ..model import Field, Operator
from ..session_reference import property_lookup_key

FEEDBACK_SCORE = "helicone-score-feedback"
"""The name of the score that a thumb up or down is."""


class ColumnType(Enum):
    """What a column's operand must be, and which operators it has."""

    TEXT = auto()
    NUMBER = auto()
    USD = auto()
    MOMENT = auto()
    FLAG = auto()

    @property
    def operators(self) -> frozenset[Operator]:
        return _OPERATORS[self]


_COMPARISONS = {Operator.GT, Operator.GTE, Operator.LT, Operator.LTE}
_SAMENESS = {Operator.EQUALS, Operator.NOT_EQUALS}
_SEARCHES = {Operator.LIKE, Operator.ILIKE, Operator.CONTAINS, Operator.NOT_CONTAINS}
_OPERATORS = {
    ColumnType.TEXT: frozenset(_SAMENESS | _SEARCHES),
    ColumnType.NUMBER: frozenset(_COMPARISONS | _SAMENESS),
    ColumnType.USD: frozenset(_COMPARISONS | _SAMENESS),
    ColumnType.MOMENT: frozenset(_COMPARISONS | {Operator.EQUALS}),
    ColumnType.FLAG: frozenset({Operator.EQUALS}),
}


@dataclass(frozen=True, slots=True)
class Column:
    type: ColumnType
    field: Field
    key: str = ""


@dataclass(frozen=True, slots=True)
class KeyedColumns:
    """A column whose value names properties or scores."""

    field: Field

    def column(self, key: str) -> Column:
        if self.field is Field.PROPERTY:
            return property_column(key)
        return Column(ColumnType.TEXT, self.field, key)


class PropertyPresence:
    """The column `property_key`: whether a request has the property that its operand names."""


Columns = Mapping[str, Column | KeyedColumns | PropertyPresence]


def property_column(key: str) -> Column:
    """Return the column of a property; the session's own three are no mere properties here."""
    field = _SESSION_PROPERTIES.get(property_lookup_key(key), Field.PROPERTY)
    return Column(ColumnType.TEXT, field, key if field is Field.PROPERTY else "")


_SESSION_PROPERTIES = {
    "helicone-session-id": Field.SESSION_ID,
    "helicone-session-name": Field.SESSION_NAME,
    "helicone-session-path": Field.PATH,
}


def _columns(of_type: ColumnType, fields: Mapping[str, Field]) -> dict[str, Column]:
    return {name: Column(of_type, field) for name, field in fields.items()}


def _absent(of_type: ColumnType, *names: str) -> dict[str, Column]:
    field = Field.NOWHERE_TEXT if of_type is ColumnType.TEXT else Field.NOWHERE_NUMBER
    return {name: Column(of_type, field) for name in names}


_REQUEST_RESPONSE: Columns = {
    **_columns(
        ColumnType.TEXT,
        {
            "provider": Field.PROVIDER,
            "model": Field.MODEL,
            "user_id": Field.USER_ID,
            "request_id": Field.REQUEST_ID,
            "request_body": Field.REQUEST_BODY,
            "response_body": Field.RESPONSE_BODY,
        },
    ),
    **_absent(
        ColumnType.TEXT,
        "country_code",
        "organization_id",
        "node_id",
        "job_id",
        "target_url",
        "scores_column",
        "cache_reference_id",
        "assets",
        "prompt_id",
        "prompt_version",
        "request_referrer",
    ),
    **_columns(
        ColumnType.NUMBER,
        {
            "latency": Field.LATENCY_MS,
            "time_to_first_token": Field.TIME_TO_FIRST_TOKEN_MS,
            "status": Field.STATUS,
            "prompt_tokens": Field.INPUT_TOKENS,
            "completion_tokens": Field.OUTPUT_TOKENS,
            "prompt_cache_read_tokens": Field.CACHE_READ_TOKENS,
            "prompt_cache_write_tokens": Field.CACHE_WRITE_TOKENS,
            "total_tokens": Field.TOTAL_TOKENS,
        },
    ),
    "cost": Column(ColumnType.USD, Field.COST_NANO_USD),
    "request_created_at": Column(ColumnType.MOMENT, Field.STARTED_MS),
    "response_created_at": Column(ColumnType.MOMENT, Field.ENDED_MS),
    **_absent(ColumnType.FLAG, "threat", "cache_enabled", "cached", "is_passthrough_billing"),
    FEEDBACK_SCORE: Column(ColumnType.FLAG, Field.SCORE, FEEDBACK_SCORE),
    "property_key": PropertyPresence(),
    "properties": KeyedColumns(Field.PROPERTY),
    "search_properties": KeyedColumns(Field.PROPERTY),
    "scores": KeyedColumns(Field.SCORE),
}

_SESSIONS: Columns = {
    "session_session_id": Column(ColumnType.TEXT, Field.SESSION_ID),
    "session_session_name": Column(ColumnType.TEXT, Field.SESSION_NAME),
    "session_tag": Column(ColumnType.TEXT, Field.TAG),
    "session_total_cost": Column(ColumnType.USD, Field.GROUP_COST_NANO_USD),
    "session_total_tokens": Column(ColumnType.NUMBER, Field.GROUP_TOTAL_TOKENS),
    "session_prompt_tokens": Column(ColumnType.NUMBER, Field.GROUP_INPUT_TOKENS),
    "session_completion_tokens": Column(ColumnType.NUMBER, Field.GROUP_OUTPUT_TOKENS),
    "session_total_requests": Column(ColumnType.NUMBER, Field.GROUP_REQUESTS),
    "session_created_at": Column(ColumnType.MOMENT, Field.GROUP_STARTED_MS),
    "session_latest_request_created_at": Column(ColumnType.MOMENT, Field.GROUP_LAST_STARTED_MS),
}

SESSION_TABLES: Mapping[str, Columns] = {
    "request_response_rmt": _REQUEST_RESPONSE,
    "sessions_request_response_rmt": _SESSIONS,
}
"""What the session endpoints take."""

REQUEST_TABLES: Mapping[str, Columns | KeyedColumns] = {
    **SESSION_TABLES,
    "request": {
        **_columns(
            ColumnType.TEXT,
            {
                "id": Field.REQUEST_ID,
                "prompt": Field.REQUEST_BODY,
                "user_id": Field.USER_ID,
                "model": Field.REQUEST_MODEL,
            },
        ),
        "created_at": Column(ColumnType.MOMENT, Field.STARTED_MS),
        **_absent(
            ColumnType.TEXT,
            "auth_hash",
            "org_id",
            "node_id",
            "modelOverride",
            "path",
            "country_code",
            "prompt_id",
        ),
    },
    "response": {
        **_columns(
            ColumnType.TEXT,
            {
                "body_model": Field.RESPONSE_MODEL,
                "model": Field.RESPONSE_MODEL,
                "body_completion": Field.RESPONSE_BODY,
            },
        ),
        "body_tokens": Column(ColumnType.NUMBER, Field.TOTAL_TOKENS),
        "status": Column(ColumnType.NUMBER, Field.STATUS),
    },
    "feedback": {
        "rating": Column(ColumnType.FLAG, Field.SCORE, FEEDBACK_SCORE),
        **_absent(ColumnType.TEXT, "id", "response_id"),
        **_absent(ColumnType.MOMENT, "created_at"),
    },
    "properties": KeyedColumns(Field.PROPERTY),
    "values": KeyedColumns(Field.NOWHERE_TEXT),
}
"""What the request endpoints take: the tables of Helicone's former database too."""
