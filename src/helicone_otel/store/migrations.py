"""How the file came to have its schema: numbered steps, applied once each, never edited."""

from sqlite_utils import Database, Migrations

from .statements import sql, statements

MIGRATIONS = Migrations("helicone_otel")


@MIGRATIONS()
def m0001_initial(db: Database) -> None:
    for statement in statements(sql("0001_initial")):
        db.execute(statement)


SCHEMA_VERSION = len(MIGRATIONS.pending(Database(memory=True)))
"""Written to `user_version`; a file with a higher one comes from a newer program."""
