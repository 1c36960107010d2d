"""Delete a session with everything that was received for it."""

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from ..maintenance import Deleted
from .api_route import ApiRoute
from .described import SessionId


class DeletedSession(BaseModel):
    """What was deleted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: str
    spans: int
    log_records: int
    traces: int
    """Whole ones."""
    shared_traces: int
    """Of these only the session's own spans were deleted."""


def deletion_router(delete_session: Callable[[str], Deleted]) -> APIRouter:
    router = APIRouter(prefix="/api/sessions", route_class=ApiRoute, tags=["sessions"])

    @router.delete("/{session_id:quoted}")
    def delete(session_id: SessionId) -> DeletedSession:
        """Delete a session; of traces that other sessions have spans in, only its own spans."""
        deleted = delete_session(session_id)
        return DeletedSession(
            session_id=session_id,
            spans=deleted.spans,
            log_records=deleted.log_records,
            traces=deleted.traces,
            shared_traces=deleted.shared_traces,
        )

    return router
