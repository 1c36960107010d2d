"""The rules and marks of an explanation in words."""

from collections.abc import Mapping

from ..mapping.explain import Rule
from .clock_marks import IN_FUTURE

RULE_WORDS: Mapping[Rule, str] = {
    Rule.OWN: "the span itself names it",
    Rule.TRANSPORT: "a request that was sent for the call names it",
    Rule.ANCESTOR: "a span above names it",
    Rule.ONLY_ID: "it is the only one that the trace names",
    Rule.IMPLICIT: "no key names one, so the trace with its calls is one",
    Rule.NONE: "no key names one, and no call needs one",
}

_MARK_WORDS: Mapping[str, str] = {
    "no-start": "no start was sent: its end was taken",
    "no-end": "no end was sent: its start was taken",
    "clamped-end": "it ended before its start: it has no length",
    IN_FUTURE: "it starts more than a day from now: the clock it was timed by is wrong",
    "usage-total-only": "only a total was reported: it counts as input",
    "usage-added-cache": "cached tokens were reported apart: added to the input",
    "usage-added-cache_read": "by the total, tokens read from a cache were left out: added",
    "usage-added-cache_write": "by the total, tokens written to a cache were left out: added",
    "usage-added-reasoning": "by the total, reasoning tokens were left out: added to the output",
    "usage-output-from-total": "the total is more than input and output: the rest is output",
    "usage-from-wrapper": "its usage is what the span around it has beyond the other calls in it",
    "usage-contradicted": "two spans of this call disagree on its usage: the better one was taken",
    "aggregate": "only this sum of an agent or workflow tells of its calls",
    "event": "a log record tells of it, and no span",
}


def mark_words(mark: str) -> str:
    """Return what was done where *mark* stands; a mark that is unknown here says it itself."""
    return _MARK_WORDS.get(mark, mark)
