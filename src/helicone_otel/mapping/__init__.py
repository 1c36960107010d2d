"""What a span means for a session: pure functions of spans, after the session mapping page.

`facts_of` reads one span alone; `resolve` puts the spans of one trace in their places.
"""

from .alias_table import WANTED_ATTRIBUTES
from .explain import ExplainedSpan, explain, explain_together
from .facts import FactsReader, Price, facts_of
from .log_emitters import WANTED_LOG_ATTRIBUTES
from .log_records import read_log_record
from .messages import Tellers, messages_of
from .resolve import resolve, resolve_together
from .searchable import searchable_text
from .stated import written_path

__all__ = [
    "WANTED_ATTRIBUTES",
    "WANTED_LOG_ATTRIBUTES",
    "ExplainedSpan",
    "FactsReader",
    "Price",
    "Tellers",
    "explain",
    "explain_together",
    "facts_of",
    "messages_of",
    "read_log_record",
    "resolve",
    "resolve_together",
    "searchable_text",
    "written_path",
]
