"""The SQL files beside this module, by the name of the question they answer."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from sqlite3 import complete_statement

from ..model import value


@value
class Statement:
    """One statement and the values that are bound in it."""

    text: str
    parameters: Mapping[str, object]


@cache
def sql(name: str) -> str:
    return resources.files(__package__).joinpath("sql", f"{name}.sql").read_text("utf-8")


def statements(script: str) -> Iterator[str]:
    """Split a script into statements, so that it can run inside the caller's transaction."""
    statement = ""
    for piece in script.splitlines(keepends=True):
        statement += piece
        if complete_statement(statement):
            yield statement
            statement = ""
