"""How the file came to have its schema: numbered steps, applied once each, never edited."""

from contextlib import closing

from sqlite_utils import Database, Migrations

from .statements import sql, statements

MIGRATIONS = Migrations("helicone_otel")


@MIGRATIONS()
def m0001_initial(db: Database) -> None:
    for statement in statements(sql("0001_initial")):
        db.execute(statement)


@MIGRATIONS()
def m0002_session_questions(db: Database) -> None:
    for statement in statements(sql("0002_session_questions")):
        db.execute(statement)


@MIGRATIONS()
def m0003_log_record(db: Database) -> None:
    for statement in statements(sql("0003_log_record")):
        db.execute(statement)


@MIGRATIONS()
def m0004_maintenance(db: Database) -> None:
    for statement in statements(sql("0004_maintenance")):
        db.execute(statement)


with closing(Database(memory=True)) as _empty:
    SCHEMA_VERSION = len(MIGRATIONS.pending(_empty))
"""Written to `user_version`; a file with a higher one comes from a newer program."""
