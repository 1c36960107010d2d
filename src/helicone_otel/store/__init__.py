"""The SQLite file: the only home of SQL.

`SpanStore` writes received spans durably and keeps what is derived from them; reading methods
answer questions and may be called from any thread.
"""

from .span_rows import StoredSpan
from .span_store import SpanStore
from .trace_writer import Derive

__all__ = ["Derive", "SpanStore", "StoredSpan"]
