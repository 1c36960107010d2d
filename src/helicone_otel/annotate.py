"""The path of what people say about sessions and requests: tags, thumbs, scores, properties."""

import time
from collections.abc import Mapping
from functools import partial

from .errors import NotFound
from .model import Condition, Field, Operator, RequestOrder
from .store import SpanStore, annotations

SESSION_FEEDBACK = "Helicone-Session-Feedback"
"""The property in which Helicone keeps a session's thumb, on its first request."""
REQUEST_FEEDBACK = "helicone-score-feedback"
"""The score in which Helicone keeps a request's thumb."""


class Annotations:
    """Write what people say; may be called from any thread. Durable on return.

    All raise StoreUnavailable if nothing can be written now.
    """

    def __init__(self, store: SpanStore) -> None:
        self._store = store

    def tag_session(self, session_id: str, tag: str) -> None:
        """Give a session, known or not, its latest tag."""
        self._store.change(
            partial(annotations.tag_session, session_id=session_id, tag=tag, now_ns=time.time_ns())
        )

    def rate_session(self, session_id: str, *, is_good: bool) -> None:
        """Keep a thumb on a session's first request.

        Raises:
            NotFound: the session has no request.
        """
        first = self._first_request(Field.SESSION_ID, session_id, "session")
        self._set(first, SESSION_FEEDBACK, str(int(is_good)))

    def set_property(self, request_id: str, name: str, value: str) -> None:
        """Give a request a property over what its span says.

        Raises:
            NotFound: there is no such request.
        """
        self._set(self._first_request(Field.REQUEST_ID, request_id, "request"), name, value)

    def score_request(self, request_id: str, scores: Mapping[str, float]) -> None:
        """Give a request scores; those of other names stay.

        Raises:
            NotFound: there is no such request.
        """
        known = self._first_request(Field.REQUEST_ID, request_id, "request")
        self._store.change(
            partial(annotations.score_request, request_id=known, scores=dict(scores))
        )

    def rate_request(self, request_id: str, *, is_good: bool) -> None:
        """Keep a thumb on a request, as a score.

        Raises:
            NotFound: there is no such request.
        """
        self.score_request(request_id, {REQUEST_FEEDBACK: int(is_good)})

    def _set(self, request_id: str, name: str, value: str) -> None:
        self._store.change(
            partial(annotations.set_property, request_id=request_id, name=name, value=value)
        )

    def _first_request(self, field: Field, operand: str, what: str) -> str:
        wanted = Condition(field=field, operator=Operator.EQUALS, operand=operand)
        oldest_first = RequestOrder(is_descending=False)
        with self._store.snapshot() as snapshot:
            for found in snapshot.find_requests(wanted, order=oldest_first, limit=1):
                return found.request.request_id
        raise NotFound(f"No request found: there is no {what} {operand!r} with an LLM request.")
