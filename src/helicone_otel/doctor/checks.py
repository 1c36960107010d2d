"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    OK = "ok"
    ADVICE = "advice"
    """It works; something is likely not meant so."""
    PROBLEM = "problem"
    """Something is lost or does not arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    """What was looked at."""
    outcome: Outcome
    message: str
    fix: str = ""
    """What to do; empty where all is well."""


def ok(name: str, message: str) -> Check:
    return Check(name=name, outcome=Outcome.OK, message=message)


def advice(name: str, message: str, fix: str) -> Check:
    return Check(name=name, outcome=Outcome.ADVICE, message=message, fix=fix)


def problem(name: str, message: str, fix: str) -> Check:
    return Check(name=name, outcome=Outcome.PROBLEM, message=message, fix=fix)
