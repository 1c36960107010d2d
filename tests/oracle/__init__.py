"""The session mapping page in the slowest, most obvious Python: what the fast path must equal.

`understand` takes spans and log records with all their attributes, of any number of traces.
`Oracle` answers for the facts of one trace; it knows the rules of structure alone.
"""

from .calls import Role
from .of_facts import Meaning, Oracle
from .otlp import LogRecord, Span, SpanEvent, logs_of, spans_of
from .request import Request
from .session_numbers import SessionNumbers, numbers_of
from .understanding import Understanding, understand

__all__ = [
    "LogRecord",
    "Meaning",
    "Oracle",
    "Request",
    "Role",
    "SessionNumbers",
    "Span",
    "SpanEvent",
    "Understanding",
    "logs_of",
    "numbers_of",
    "spans_of",
    "understand",
]
