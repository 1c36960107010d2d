"""Explanations: which key gave a session, what its totals sum, and what they leave out."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from ..explain_query import ExplainQueries
from ..explanation import SpanKey
from ..model import Asked
from .api_route import ApiRoute, BadQuestion
from .described import SpanId, TraceId
from .explain_bodies import ExplanationBody, explanation_body

_SPAN_KEY_PARTS = 2

_Asked = Annotated[str, Path(description="An id, percent-encoded.")]


class ExplainParams(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    kind: Asked | None = Field(
        default=None, alias="as", description="What the id is of, where it could be of several."
    )
    limit: int = Field(default=100, ge=1, le=1000, description="At most so many spans.")
    cursor: str | None = Field(default=None, description="From the page before.")


def explain_router(queries: ExplainQueries) -> APIRouter:
    router = APIRouter(prefix="/api/explain", route_class=ApiRoute, tags=["sessions"])

    @router.get("/{asked:quoted}")
    def explain(asked: _Asked, params: Annotated[ExplainParams, Query()]) -> ExplanationBody:
        """Explain a session, a trace or a span, whichever has the id."""
        explanation = queries.explain(
            asked, params.kind, after=decode_row_cursor(params.cursor), limit=params.limit
        )
        return explanation_body(explanation)

    @router.get("/{trace_id:quoted}/{span_id:quoted}")
    def explain_span(
        trace_id: TraceId, span_id: SpanId, params: Annotated[ExplainParams, Query()]
    ) -> ExplanationBody:
        """Explain a span with all that tell of the same call."""
        explanation = queries.explain(
            f"{trace_id}/{span_id}",
            Asked.SPAN,
            after=decode_row_cursor(params.cursor),
            limit=params.limit,
        )
        return explanation_body(explanation)

    return router


def decode_row_cursor(cursor: str | None) -> SpanKey | None:
    """Return the last row of the page before.

    Raises:
        BadQuestion: *cursor* is none that a page gave.
    """
    if cursor is None:
        return None
    parts = cursor.split("/")
    if len(parts) != _SPAN_KEY_PARTS:
        raise BadQuestion("`cursor` is not one that a page of this explanation gave.")
    return parts[0], parts[1]
