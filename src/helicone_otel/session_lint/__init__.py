"""What Helicone's page on sessions advises, held against a session: findings, each with a fix.

Pure: nothing is read from a store. A finding is advice; the session's numbers are right anyhow.
"""

from .findings import Finding, InspectedSession
from .rules import lint_session

__all__ = ["Finding", "InspectedSession", "lint_session"]
