"""Sizes of files as people write them."""

import re

import typer

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.ASCII)


def parse_size(text: str | int) -> int:
    """Return the bytes that *text* says: `500MB`, `2 GiB`, `1.5gib` or a bare number."""
    if isinstance(text, int):  # an option's default
        return text
    matched = _SIZE.fullmatch(text.strip().lower())
    if matched is None or matched[2] not in _UNITS:
        raise typer.BadParameter(f"{text!r} is no size; write it like 500MB, 2GiB or 1000000.")
    return int(float(matched[1]) * _UNITS[matched[2]])
