"""Spans of our own for LLM calls that no other instrumentation covers."""

from .content import ContentCapture
from .response import HELICONE_ID, helicone_id_said
from .span import LlmCall, LlmCalls

__all__ = ["HELICONE_ID", "ContentCapture", "LlmCall", "LlmCalls", "helicone_id_said"]
