"""What of stored calls can be searched for; worked out behind the acknowledgement."""

import logging
from collections.abc import Sequence

from .. import mapping, otlp
from ..event_spans import span_of_event
from ..model import ReceivedEvent, ReceivedSpan, WholeSpan

log = logging.getLogger(__name__)


def read_texts(calls: Sequence[ReceivedSpan | ReceivedEvent]) -> list[str]:
    """Return what was written and answered in each of *calls*, nothing of unreadable ones."""
    return [_read_text(call) for call in calls]


def _read_text(call: ReceivedSpan | ReceivedEvent) -> str:
    try:
        return mapping.searchable_text(_open(call))
    except Exception:
        log.exception("the words of a call cannot be found: it could not be read again")
        return ""


def _open(call: ReceivedSpan | ReceivedEvent) -> WholeSpan:
    match call:
        case ReceivedSpan():
            (span,) = otlp.open_spans([call])
            return span
        case ReceivedEvent(facts=facts, record=record):
            (opened,) = otlp.open_log_records([record])
            return span_of_event(facts, opened)
