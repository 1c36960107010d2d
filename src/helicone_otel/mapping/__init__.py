"""What a span means for a session: pure functions of spans, after the session mapping page.

`facts_of` reads one span alone; `resolve` puts the spans of one trace in their places.
"""

from .alias_table import WANTED_ATTRIBUTES
from .facts import Price, facts_of
from .resolve import resolve

__all__ = ["WANTED_ATTRIBUTES", "Price", "facts_of", "resolve"]
