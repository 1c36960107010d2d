"""The `helicone_session` of `OTEL_PYTHON_ID_GENERATOR`: a session's UUID becomes its trace id."""

from uuid import UUID

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from .frame import frame_in
from .reports import warn_once


class SessionIdGenerator(RandomIdGenerator):
    """Gives a trace that a session starts the session's id, if that is a UUID; else a random one.

    Then a trace viewer finds the session by its id. All traces that one session starts are one.
    """

    def generate_trace_id(self) -> int:
        frame = frame_in(otel_context.get_current())
        trace_id = None if frame is None else _trace_id_of(frame.reference.id)
        if trace_id is None:
            return super().generate_trace_id()
        _warn_of_ratio_sampler()
        return trace_id


def _trace_id_of(session_id: str | None) -> int | None:
    if session_id is None:
        return None
    try:
        return UUID(session_id).int or None
    except ValueError:
        return None


def _warn_of_ratio_sampler() -> None:
    sampler = getattr(trace.get_tracer_provider(), "sampler", None)
    if isinstance(sampler, ParentBased):
        sampler = sampler._root  # noqa: SLF001 - there is no other way to it
    if isinstance(sampler, TraceIdRatioBased):
        warn_once(
            "helicone_session makes trace ids of session ids, and a ratio sampler keeps all or none"
            " of those: their bits are not random where it looks. Sample by another rule, or use"
            " the id generator `random`; the session is the same"
        )
