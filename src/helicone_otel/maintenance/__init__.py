"""What is done to a file now and then, because somebody wishes it.

None of it needs a server, and a server on the same file goes on meanwhile.
"""

from .deleting import Deleted, delete_session
from .exporting import ExportedRequest, export_log_records, export_part
from .importing import Exports, ImportedRequest, import_requests
from .log_rebuilding import RebuiltLogRecords, rebuild_log_records
from .rebuilding import RebuiltTrace, rebuild
from .repricing import RepricedTrace, RepriceScope, Repricing, reprice
from .salvaging import put_in_place, salvage_into
from .session_contents import require_session, session_log_records, session_parts

__all__ = [
    "Deleted",
    "ExportedRequest",
    "Exports",
    "ImportedRequest",
    "RebuiltLogRecords",
    "RebuiltTrace",
    "RepriceScope",
    "RepricedTrace",
    "Repricing",
    "delete_session",
    "export_log_records",
    "export_part",
    "import_requests",
    "put_in_place",
    "rebuild",
    "rebuild_log_records",
    "reprice",
    "require_session",
    "salvage_into",
    "session_log_records",
    "session_parts",
]
