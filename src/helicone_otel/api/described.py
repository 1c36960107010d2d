"""Parameters that many routes have, with what OpenAPI says of them."""

from typing import Annotated

from fastapi import Path, Query

SessionId = Annotated[str, Path(description="A session's id, percent-encoded: `a%2Fb` for `a/b`.")]
RequestId = Annotated[str, Path(description="An LLM request's id, percent-encoded.")]
TraceId = Annotated[str, Path(description="A trace's id: 32 hexadecimal digits.")]
SpanId = Annotated[str, Path(description="A span's id: 16 hexadecimal digits.")]
Newest = Annotated[int, Query(ge=1, le=1000, description="At most so many, the newest first.")]
