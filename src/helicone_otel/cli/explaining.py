"""Explain out of a file what a session sums, also while a server writes to it."""

from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..api.explain import decode_row_cursor
from ..api.explain_bodies import (
    ExplanationBody,
    GroundBody,
    SaidBody,
    SessionExplained,
    SpanExplained,
    Totals,
    explanation_body,
)
from ..errors import NotFound
from ..explain_query import ExplainQueries
from ..model import Asked
from ..session_reference import clean_text
from ..store import SpanStore
from .rendering import cost_text
from .telling import counted

_MAX_SHOWN_BYTES = 512
_SOURCES = {"span": "the emitter", "cache": "Helicone's cache"}


def explain_file(
    database: Path, asked: str, kind: Asked | None, *, cursor: str | None, limit: int
) -> ExplanationBody:
    """Return an explanation in the API's shape.

    Raises:
        NotFound: nothing has that id.
        BadPayload: spans of several traces have it, or the cursor is none.
        StoreUnusable: there is no file, or it is not ours.
    """
    after = decode_row_cursor(cursor)
    with closing(SpanStore.open_read_only(database)) as store:
        try:
            found = ExplainQueries(store).explain(asked, kind, after=after, limit=limit)
        except NotFound as error:
            raise NotFound(
                f"{error} `helicone-otel sessions` lists the sessions of {database}, "
                "`helicone-otel show ID --json` the spans of one."
            ) from error
    return explanation_body(found)


def print_explanation(out: Console, told: ExplanationBody) -> None:
    """Print where the sessions come from, then each span: counted or not, and why."""
    for session in told.sessions:
        for line in _session_lines(session):
            out.print(line, soft_wrap=True)
        out.print()
    for trace_id, spans in groupby(told.spans, key=lambda span: span.trace_id):
        out.print(Text(f"trace {trace_id}", style="bold"))
        for line in (line for span in spans for line in _span_lines(span)):
            out.print(line, soft_wrap=True)
    out.print()
    out.print(f"{counted(told.span_count, 'span')}.", soft_wrap=True)
    if told.next_cursor:
        out.print(
            f"These were {len(told.spans):,} of them; go on with --cursor {told.next_cursor}",
            soft_wrap=True,
        )


def _session_lines(session: SessionExplained) -> Iterator[Text]:
    name = _clean(session.name) or "(no name)"
    yield Text.assemble((name, "bold"), "  ", _clean(session.session_id))
    yield Text(f"  its totals: {_totals(session.totals)}")
    if session.summed != session.totals:
        yield Text(f"  of these explained here: {_totals(session.summed)}")
    for ground in session.grounds:
        reasons = "; ".join(f"{r.text} ({counted(r.spans, 'span')})" for r in ground.rules)
        yield Text(f"  its id: {f'{_key(ground)}: ' if ground.key else ''}{reasons}")
    for conflict in session.conflicts:
        named = ", ".join(map(_clean, conflict.session_ids))
        yield Text(f"  gave way: {named}, named by {_key(conflict)}", style="yellow")


def _key(ground: GroundBody) -> str:
    example = ground.examples[0]
    where = f"span {example.trace_id}/{example.span_id}"
    if ground.said_by > 1:
        where = f"{ground.said_by:,} spans such as {example.trace_id}/{example.span_id}"
    return f"{ground.key} ({ground.strength}) on {where}"


def _totals(totals: Totals) -> str:
    unpriced = f", {totals.unpriced_requests:,} without a price" if totals.unpriced_requests else ""
    untold = totals.requests_without_usage
    return (
        f"{counted(totals.requests, 'LLM request')}, "
        f"{totals.prompt_tokens:,} + {totals.completion_tokens:,} tokens, "
        f"{cost_text(totals.cost_usd)}{unpriced}"
        f"{f', {untold:,} without usage' if untold else ''}"
    )


def _span_lines(span: SpanExplained) -> Iterator[Text]:
    indent = "  " if span.calls and not span.counted else ""
    mark, style = ("●", "cyan") if span.counted else ("○", "")
    scope = f"  [{_clean(span.scope)}]" if span.scope else ""
    yield Text.assemble(
        (f"{indent}{mark} {_clean(span.name)}", style),
        f"  {span.span_id}{scope}  {_clean(span.reason)}",
    )
    if span.counted:
        yield Text(f"{indent}    {_numbers(span)}")
    for line in _details(span):
        yield Text(f"{indent}    {line}", style="yellow")


def _numbers(span: SpanExplained) -> str:
    request = span.request
    if request is None:
        return ""
    model = _clean(request.model or "unknown model")
    usage = "no usage"
    if request.total_tokens is not None:
        usage = f"{request.prompt_tokens or 0:,} + {request.completion_tokens or 0:,} tokens"
    source = _clean(_SOURCES.get(request.cost_source, request.cost_source))
    cost = "" if request.cost_usd is None else f"{cost_text(request.cost_usd)} by "
    return f"{model} at {_clean(request.path)}: {usage}, {cost}{source}"


def _details(span: SpanExplained) -> Iterator[str]:
    elsewhere = [call for call in span.calls if call.trace_id != span.trace_id]
    if elsewhere:
        more = f" and {len(elsewhere) - 1:,} more" if len(elsewhere) > 1 else ""
        yield f"counted: {elsewhere[0].trace_id}/{elsewhere[0].span_id}{more}"
    for said in span.conflicts:
        yield f"gave way: {_said(said)}"
    for mark in span.marks:
        yield f"corrected: {mark.text}"
    if span.filled:
        yield f"of other spans of its call: {', '.join(span.filled)}"
    if span.superseded_copies:
        copies = "copy" if span.superseded_copies == 1 else "copies"
        yield f"left out: {span.superseded_copies:,} less full {copies} of this span"


def _said(said: SaidBody) -> str:
    return f"{said.key} = {_clean(said.session_id)} ({said.strength}) on span {said.span.span_id}"


def _clean(text: str) -> str:
    return clean_text(text, max_bytes=_MAX_SHOWN_BYTES)
