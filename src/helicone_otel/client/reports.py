"""Say what went wrong in telemetry, once, without disturbing the application."""

import logging
from functools import cache

log = logging.getLogger(__name__)


@cache
def warn_once(message: str) -> None:
    """Log *message* as a warning, the first time it occurs in this process."""
    log.warning(message)


def report_failure(what: str, error: Exception) -> None:
    """Say once per kind of *error* that *what* failed; the traceback is for debugging only.

    The error's text stays out of the warning: it may quote a header's value.
    """
    warn_once(f"{what} failed ({type(error).__name__}); the application goes on without it")
    log.debug("%s failed", what, exc_info=error)
