"""Helicone's own ways in: what its manual loggers send becomes spans like any other."""

from .routes import helicone_log_router

__all__ = ["helicone_log_router"]
