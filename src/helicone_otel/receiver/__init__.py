"""The ways in: OTLP over HTTP and Helicone's own; OTLP over gRPC is `grpc_server`, to load late."""

from .export import Export, Exports
from .helicone import helicone_log_router
from .http import answer_busy, otlp_refusal, otlp_router
from .patience import Patience

__all__ = [
    "Export",
    "Exports",
    "Patience",
    "answer_busy",
    "helicone_log_router",
    "otlp_refusal",
    "otlp_router",
]
