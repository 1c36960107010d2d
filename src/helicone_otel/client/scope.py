"""What rides in the OpenTelemetry context: the session in force, the HTTP call in progress.

Nothing of it is baggage: it never leaves the process by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from opentelemetry import context as otel_context
from opentelemetry.context import Context

from ..session_reference import SessionReference

_SCOPE_KEY = "helicone_otel.scope"
_CALL_KEY = "helicone_otel.call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the enclosing `session()` and `step()` blocks say together."""

    reference: SessionReference
    """Its path is that of the innermost block."""
    in_session: bool
    """There is a `session()` among the blocks."""
    anchor: object = field(default_factory=object)
    """The innermost block itself: spans started since know it by this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallScope:
    """What one HTTP call says, for the spans that start inside it."""

    said: SessionReference
    """In force for all of them, in the place of the enclosing blocks'."""
    own_attributes: Mapping[str, str]
    """For the call's own HTTP client span."""


def scope_in(context: Context) -> Scope | None:
    scope = context.get(_SCOPE_KEY)
    return scope if isinstance(scope, Scope) else None


def with_scope(scope: Scope, context: Context) -> Context:
    return otel_context.set_value(_SCOPE_KEY, scope, context)


def call_in(context: Context) -> CallScope | None:
    call = context.get(_CALL_KEY)
    return call if isinstance(call, CallScope) else None


def with_call(call: CallScope, context: Context) -> Context:
    return otel_context.set_value(_CALL_KEY, call, context)
