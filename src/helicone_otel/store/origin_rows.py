"""Resources and scopes, each kept once."""

import hashlib
import sqlite3

from ..model import Encoding, Origin, value


@value
class OriginKey:
    row_id: int
    digest: bytes


class OriginRows:
    """The `origin` table during one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, tuple[Origin, OriginKey]] = {}

    def key_of(self, origin: Origin) -> OriginKey:
        """Return the key of *origin*, stored if it is new."""
        known = self._known.get(id(origin))
        if known is None:
            known = self._known[id(origin)] = (origin, self._put(origin))
        return known[1]

    def digest_of(self, row_id: int) -> bytes:
        (digest,) = self._connection.execute(
            "SELECT digest FROM origin WHERE id = ?", (row_id,)
        ).fetchone()
        return bytes(digest)

    def _put(self, origin: Origin) -> OriginKey:
        digest = hashlib.sha256(origin.encoding.encode() + b"\0" + origin.envelope).digest()
        self._connection.execute(
            "INSERT INTO origin (digest, encoding, envelope) VALUES (?, ?, ?)"
            " ON CONFLICT (digest) DO NOTHING",
            (digest, origin.encoding, origin.envelope),
        )
        (row_id,) = self._connection.execute(
            "SELECT id FROM origin WHERE digest = ?", (digest,)
        ).fetchone()
        return OriginKey(row_id=row_id, digest=digest)


class StoredOrigins(dict[int, Origin]):
    """Origins by row id, each read once; what their envelopes say is not looked into."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, row_id: int) -> Origin:
        encoding, envelope = self._connection.execute(
            "SELECT encoding, envelope FROM origin WHERE id = ?", (row_id,)
        ).fetchone()
        self[row_id] = origin = Origin(
            encoding=Encoding(encoding), envelope=envelope, resource={}, scope_name=""
        )
        return origin
