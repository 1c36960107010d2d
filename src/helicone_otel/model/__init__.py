"""The values that travel between layers: a span as received, what it means, what a session sums.

All are immutable to the type checker, and nobody changes them. Ids are lower-case hex, times
integer nanoseconds since the Unix epoch, costs integer nano-USD; `None` is absent in the data.
"""

from ..span_kinds import Kind
from .facts import (
    CLAMPED_END,
    NO_END,
    NO_START,
    Cost,
    ModelCall,
    SessionClaim,
    SpanFacts,
    Strength,
    Usage,
)
from .questions import RequestFilter, SessionGroup, SessionNameUse
from .sessions import (
    DerivedTrace,
    RequestTotals,
    SessionSlice,
    SessionStatus,
    SessionSummary,
)
from .spans import (
    STATUS_ERROR,
    DecodedRequest,
    Encoding,
    ExportOutcome,
    Origin,
    OtelSpanKind,
    Rejection,
    SpanEvent,
    SpanRecord,
    WantedAttributes,
)
from .traces import (
    LlmRequest,
    ResolvedSpan,
    ResolvedTrace,
    Role,
)
from .values import AttributeValue, value

__all__ = [
    "CLAMPED_END",
    "NO_END",
    "NO_START",
    "STATUS_ERROR",
    "AttributeValue",
    "Cost",
    "DecodedRequest",
    "DerivedTrace",
    "Encoding",
    "ExportOutcome",
    "Kind",
    "LlmRequest",
    "ModelCall",
    "Origin",
    "OtelSpanKind",
    "Rejection",
    "RequestFilter",
    "RequestTotals",
    "ResolvedSpan",
    "ResolvedTrace",
    "Role",
    "SessionClaim",
    "SessionGroup",
    "SessionNameUse",
    "SessionSlice",
    "SessionStatus",
    "SessionSummary",
    "SpanEvent",
    "SpanFacts",
    "SpanRecord",
    "Strength",
    "Usage",
    "WantedAttributes",
    "value",
]
