"""Filters as parameterised SQL: fragments come from fixed tables, every value is bound."""

from .compiling import CompiledFilter, compile_filter
from .groups import any_may_match_sql
from .parameters import Parameters
from .requests import request_sql, request_value

__all__ = [
    "CompiledFilter",
    "Parameters",
    "any_may_match_sql",
    "compile_filter",
    "request_sql",
    "request_value",
]
