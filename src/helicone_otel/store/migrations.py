"""How the file came to have its schema: numbered steps, applied once each, never edited."""

from contextlib import closing

from sqlite_utils import Database, Migrations

from .statements import sql, statements

MIGRATIONS = Migrations("helicone_otel")


@MIGRATIONS()
def m0001_initial(db: Database) -> None:
    for statement in statements(sql("0001_initial")):
        db.execute(statement)


with closing(Database(memory=True)) as _empty:
    SCHEMA_VERSION = len(MIGRATIONS.pending(_empty))
"""Written to `user_version`; a file with a higher one comes from a newer program."""
