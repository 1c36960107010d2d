"""What of stored spans can be searched for; worked out behind the acknowledgement."""

import logging
from collections.abc import Sequence

from .. import mapping, otlp
from ..model import ReceivedSpan

log = logging.getLogger(__name__)


def read_texts(spans: Sequence[ReceivedSpan]) -> list[str]:
    """Return what was written and answered in each of *spans*, nothing of unreadable ones."""
    return [_read_text(span) for span in spans]


def _read_text(span: ReceivedSpan) -> str:
    try:
        (opened,) = otlp.open_spans([span])
        return mapping.searchable_text(opened)
    except Exception:
        log.exception("the words of a span cannot be found: it could not be read again")
        return ""
