"""What is done to a file now and then, because somebody wishes it.

None of it needs a server, and a server on the same file goes on meanwhile.
"""

from .deleting import Deleted, delete_session
from .exporting import ExportedRequest, export_part, session_parts
from .importing import ImportedRequest, import_requests
from .rebuilding import RebuiltTrace, rebuild
from .salvaging import put_in_place, salvage_into

__all__ = [
    "Deleted",
    "ExportedRequest",
    "ImportedRequest",
    "RebuiltTrace",
    "delete_session",
    "export_part",
    "import_requests",
    "put_in_place",
    "rebuild",
    "salvage_into",
    "session_parts",
]
