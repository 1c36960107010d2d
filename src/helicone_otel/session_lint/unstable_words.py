"""Words that are different every time: ids, timestamps, numbers of steps."""

import re

_UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_HEX = r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}"
_PREFIXED = r"[a-z]+[-_](?=[a-z]*\d)[0-9a-z]{16,}"  # call_..., msg_..., user-...
_ULID = r"[0-7][0-9a-hjkmnp-tv-z]{25}"
_LONG_NUMBER = r"\d{5,}"
_ID = re.compile(
    rf"(?<![0-9a-z])(?:{_UUID}|{_ULID}|{_PREFIXED}|{_HEX}|{_LONG_NUMBER})(?![0-9a-z])",
    re.IGNORECASE,
)
_DATE = r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?"
_UNIX_TIME = r"1[4-9]\d{8}(?:\d{3}){0,3}"
_TIMESTAMP = re.compile(rf"(?<!\d)(?:{_DATE}|{_CLOCK}|{_UNIX_TIME})(?!\d)")
_MODEL = re.compile(r"(?:gpt|claude|gemini|llama|mistral|text-embedding|o\d)[-_.]", re.IGNORECASE)
_STEP = re.compile(
    r"(?:step|phase|stage|turn|round|iteration|iter|attempt|try|run|call|request|message|task"
    r"|part|chunk|loop|cycle)?[-_. #]?\d{1,4}",
    re.IGNORECASE,
)


def has_timestamp(text: str) -> bool:
    """Tell whether *text* holds a date, a time of day or Unix time; models' versions are none."""
    return _TIMESTAMP.search(text) is not None and _MODEL.match(text) is None


def has_id(text: str) -> bool:
    """Tell whether *text* holds a UUID or the like, or a long number that is no time."""
    return any(not has_timestamp(word.group()) for word in _ID.finditer(text)) and (
        _MODEL.match(text) is None
    )


def is_step_number(segment: str) -> bool:
    """Tell whether *segment* says when instead of what: `step1`, `turn-2`, `3`."""
    return _STEP.fullmatch(segment) is not None


def is_random(session_id: str) -> bool:
    """Tell whether an id looks as if nobody could guess it or write it twice."""
    return _ID.search(session_id) is not None and not session_id.isdecimal()
