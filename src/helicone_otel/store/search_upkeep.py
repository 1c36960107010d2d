"""Keep the words of messages findable, behind the acknowledgement."""

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from ..model import ReceivedEvent, ReceivedSpan, value
from .search_words import words_of
from .statements import sql
from .stored_traces import received_calls

ReadTexts = Callable[[Sequence[ReceivedSpan | ReceivedEvent]], Sequence[str]]
"""Work out what was written and answered in each of the calls."""

_DOCUMENTS_AT_ONCE = 64
"""Written in one step: some ten milliseconds."""


@value
class _Document:
    """The words of one LLM request."""

    trace_id: str
    span_id: str
    session_id: str
    end_ns: int
    words: str


def word_steps(
    reading: sqlite3.Connection, read_texts: ReadTexts
) -> Iterator[Callable[[sqlite3.Connection], None]]:
    """Yield what brings the documents of the next changed session up to date; nothing if none is.

    *reading* is read on the caller's thread: opening messages takes much longer than writing
    their words down.
    """
    changed = reading.execute(
        "SELECT change_id, session_id FROM session_change"
        " WHERE change_id > (SELECT through_change_id FROM upkeep WHERE name = 'search')"
        " ORDER BY change_id LIMIT 1"
    ).fetchone()
    if changed is None:
        return
    change_id, session_id = changed
    outdated = reading.execute(sql("outdated_documents"), (session_id,)).fetchall()
    documents = list(_missing(reading, session_id, read_texts))
    for start in range(0, len(outdated), _DOCUMENTS_AT_ONCE):
        yield partial(_forget, documents=outdated[start : start + _DOCUMENTS_AT_ONCE])
    for start in range(0, len(documents), _DOCUMENTS_AT_ONCE):
        yield partial(_remember, documents=documents[start : start + _DOCUMENTS_AT_ONCE])
    yield partial(_advance, change_id=change_id)


def _missing(
    reading: sqlite3.Connection, session_id: str, read_texts: ReadTexts
) -> Iterator[_Document]:
    wanted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for trace_id, span_id, end_ns in reading.execute(sql("missing_documents"), (session_id,)):
        wanted[trace_id][span_id] = end_ns
    for trace_id, ends in wanted.items():
        calls = list(received_calls(reading, trace_id, ends))
        for call, text in zip(calls, read_texts(calls), strict=True):
            yield _Document(
                trace_id=trace_id,
                span_id=call.facts.span_id,
                session_id=session_id,
                end_ns=ends[call.facts.span_id],
                words=" ".join(words_of(text)),
            )


def _forget(connection: sqlite3.Connection, documents: Iterable[tuple[int, bytes]]) -> None:
    for document_id, packed in documents:
        connection.execute(
            "INSERT INTO search_word (search_word, rowid, words) VALUES ('delete', ?, ?)",
            (document_id, zlib.decompress(packed).decode()),
        )
        connection.execute("DELETE FROM search_document WHERE document_id = ?", (document_id,))


def _remember(connection: sqlite3.Connection, documents: Iterable[_Document]) -> None:
    for document in documents:
        (document_id,) = connection.execute(
            "INSERT INTO search_document (trace_id, span_id, session_id, end_ns, words)"
            " VALUES (?, ?, ?, ?, ?) RETURNING document_id",
            (
                document.trace_id,
                document.span_id,
                document.session_id,
                document.end_ns,
                zlib.compress(document.words.encode()),
            ),
        ).fetchone()
        connection.execute(
            "INSERT INTO search_word (rowid, words) VALUES (?, ?)", (document_id, document.words)
        )


def _advance(connection: sqlite3.Connection, change_id: int) -> None:
    connection.execute(
        "UPDATE upkeep SET through_change_id = ? WHERE name = 'search'", (change_id,)
    )
