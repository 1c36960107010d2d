"""Answers over HTTP: Helicone's session API and our own."""

from .deletion import deletion_router
from .encoded_paths import ID_PREFIXES, EncodedPaths, register_quoted_segments
from .events import event_router
from .explain import explain_router
from .helicone_annotations import helicone_annotation_router
from .helicone_requests import helicone_request_router
from .helicone_route import helicone_refusal
from .helicone_sessions import helicone_session_router
from .jaeger import jaeger_router
from .lint import lint_router
from .operations import health_router, metrics_router
from .overview import overview_router
from .sessions import session_router
from .traces import trace_router

__all__ = [
    "ID_PREFIXES",
    "EncodedPaths",
    "deletion_router",
    "event_router",
    "explain_router",
    "health_router",
    "helicone_annotation_router",
    "helicone_refusal",
    "helicone_request_router",
    "helicone_session_router",
    "jaeger_router",
    "lint_router",
    "metrics_router",
    "overview_router",
    "register_quoted_segments",
    "session_router",
    "trace_router",
]
