"""The SQLite file: the only home of SQL.

`SpanStore` writes received spans durably and keeps what is derived from them; reading methods
answer questions and may be called from any thread.
"""

from .deriving import Derive
from .file_maintenance import FileMaintenance, maintaining
from .pruning import Limits, Prunable
from .rewriting import TraceRewriter
from .salvage import DamagedFile
from .search_upkeep import ReadTexts
from .snapshot import Snapshot
from .span_store import SpanStore
from .status import StoreStatus
from .stored_log_records import LogRecordReader, StoredLogRecord, reading_log_records
from .stored_parts import PartReader, StoredPart, reading_parts
from .trace_parts import StoredSpan, TracePart, pack

__all__ = [
    "DamagedFile",
    "Derive",
    "FileMaintenance",
    "Limits",
    "LogRecordReader",
    "PartReader",
    "Prunable",
    "ReadTexts",
    "Snapshot",
    "SpanStore",
    "StoreStatus",
    "StoredLogRecord",
    "StoredPart",
    "StoredSpan",
    "TracePart",
    "TraceRewriter",
    "maintaining",
    "pack",
    "reading_log_records",
    "reading_parts",
]
