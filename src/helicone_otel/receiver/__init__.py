"""The ways in: OTLP over HTTP here, OTLP over gRPC in `grpc_server`, which alone needs grpc."""

from .export import Export
from .http import otlp_router

__all__ = ["Export", "otlp_router"]
