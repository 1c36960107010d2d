"""JSON text to Python and back, by OTLP's rules for what a sender may get wrong."""

import re

import orjson

from ..errors import BadPayload
from .checks import Malformed
from .json_fields import JsonObject

_SURROGATE = re.compile(
    rb"\\(?<!\\\\)"  # the first of some backslashes
    rb"((?:\\\\)*+)u"  # an odd number of them makes an escape
    rb"(?:([dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"  # of a pair
    rb"|[dD][89a-fA-F][0-9a-fA-F]{2})"  # or of one alone
)
_REPLACEMENT = b"fffd"
_MAX_REPAIRED = 200_000
"""Surrogate escapes looked at, so that a body of nothing else is refused soon."""


def parse_json(body: bytes, *, member: str) -> JsonObject:
    """Return the JSON object *body* is; *member* names one of its own for the error's text.

    A lone surrogate becomes U+FFFD: JavaScript SDKs that cut a text inside an emoji send one.

    Raises:
        BadPayload: *body* is not JSON, not an object, or nested deeper than 1,024 levels.
    """
    document = parse_value(body, expected=f"an object with `{member}`")
    if not isinstance(document, dict):
        raise BadPayload(f"the body is JSON but no object, expected one with `{member}`")
    return document


def parse_value(body: bytes, *, expected: str = "JSON throughout") -> object:
    """Return the JSON value *body* is, surrogates as in `parse_json`.

    Raises:
        BadPayload: it is none, or nested deeper than 1,024 levels.
    """
    try:
        return _parsed(body)
    except orjson.JSONDecodeError as error:
        raise BadPayload(f"the body is not JSON: {error}; expected {expected}") from error


def dump_json(value: object, name: str) -> bytes:
    """Return *value* as JSON.

    Raises:
        Malformed: it is nested deeper than orjson writes, 254 levels.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise Malformed(f"{name} cannot be kept: {error}; expected at most 254 levels") from error


def _parsed(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        repaired = _SURROGATE.sub(_paired_or_replaced, body, count=_MAX_REPAIRED)
        if repaired == body:
            raise
    return orjson.loads(repaired)


def _paired_or_replaced(escape: re.Match[bytes]) -> bytes:
    backslashes, pair = escape.groups()
    return bytes(backslashes + b"\\u" + (pair or _REPLACEMENT))
