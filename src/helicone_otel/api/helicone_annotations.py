"""Helicone's endpoints that people say something with: tags, thumbs, scores, properties."""

from fastapi import APIRouter
from pydantic import FiniteFloat

from ..annotate import Annotations
from .described import RequestId, SessionId
from .helicone_bodies import Body, Envelope, Flag, Text
from .helicone_route import HeliconeRoute

_CREATED = 201


class Rating(Body):
    rating: Flag


class Tag(Body):
    tag: Text


class Property(Body):
    key: Text
    value: Text


class Scores(Body):
    scores: dict[Text, bool | FiniteFloat]


def helicone_annotation_router(annotations: Annotations) -> APIRouter:
    """Return the routes that write."""
    router = APIRouter(route_class=HeliconeRoute, tags=["helicone"])

    @router.post("/v1/session/{session_id:quoted}/feedback")
    def rate_session(session_id: SessionId, body: Rating) -> Envelope[None]:
        """Say whether a session went well; it is kept on its first request."""
        annotations.rate_session(session_id, is_good=body.rating)
        return Envelope(data=None)

    @router.post("/v1/session/{session_id:quoted}/tag")
    def tag_session(session_id: SessionId, body: Tag) -> Envelope[None]:
        """Give a session its tag; the one before is kept as history."""
        annotations.tag_session(session_id, body.tag)
        return Envelope(data=None)

    @router.put("/v1/request/{request_id:quoted}/property", status_code=_CREATED)
    def set_property(request_id: RequestId, body: Property) -> Envelope[None]:
        """Set a property of a request."""
        annotations.set_property(request_id, body.key, body.value)
        return Envelope(data=None)

    @router.post("/v1/request/{request_id:quoted}/feedback", status_code=_CREATED)
    def rate_request(request_id: RequestId, body: Rating) -> Envelope[None]:
        """Rate a request: thumbs up or down."""
        annotations.rate_request(request_id, is_good=body.rating)
        return Envelope(data=None)

    @router.post("/v1/request/{request_id:quoted}/score", status_code=_CREATED)
    def score_request(request_id: RequestId, body: Scores) -> Envelope[None]:
        """Give a request scores."""
        scores = {name: float(score) for name, score in body.scores.items()}
        annotations.score_request(request_id, scores)
        return Envelope(data=None)

    return router
