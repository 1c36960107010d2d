"""Baggage for listed hosts: a session that goes on in other services by name, not only by trace."""

from collections.abc import MutableMapping

from opentelemetry import baggage, propagate
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace import get_current_span

from ..session_reference import baggage_of, reference_from_baggage
from .carriers import is_listed, place_of
from .current import session_in
from .frame import Frame, with_frame
from .reports import report_failure

MAX_READ_BYTES = 8192
MAX_READ_ENTRIES = 64


class SessionBaggagePropagator(TextMapPropagator):
    """Wraps the propagators in force: baggage gets our entries on the way to listed hosts only."""

    def __init__(self, inner: TextMapPropagator) -> None:
        self.inner = inner

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        inside = otel_context.get_current() if context is None else context
        try:
            inside = _with_session(inside, carrier)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Adding baggage", error)
        self.inner.inject(carrier, inside, setter)

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        outer = self.inner.extract(carrier, context, getter)
        try:
            return _in_session(outer)
        except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
            report_failure("Reading baggage", error)
            return outer

    @property
    def fields(self) -> set[str]:
        return self.inner.fields


def propagate_by_baggage() -> SessionBaggagePropagator:
    """Wrap the global propagators; hand the result to `stop_propagating`."""
    wrapping = SessionBaggagePropagator(propagate.get_global_textmap())
    propagate.set_global_textmap(wrapping)
    return wrapping


def stop_propagating(wrapping: SessionBaggagePropagator) -> None:
    """Put the propagators back, unless others have been set meanwhile."""
    if propagate.get_global_textmap() is wrapping:
        propagate.set_global_textmap(wrapping.inner)


def _with_session(context: Context, carrier: object) -> Context:
    here = session_in(context)
    if here is None or not isinstance(carrier, MutableMapping):
        return context
    place = place_of(get_current_span(context), carrier)
    if place is None or not is_listed(place):
        return context
    for key, value in baggage_of(here.sent).items():
        context = baggage.set_baggage(key, value, context)
    return context


def _in_session(context: Context) -> Context:
    """Return *context* inside the session that its baggage names, if it names one.

    The entries leave the baggage: they would go on to every host that is called from here.
    """
    entries = baggage.get_all(context)
    named = {key: str(value) for key, value in entries.items() if key.startswith("helicone.")}
    if not named or sum(map(len, named.values())) > MAX_READ_BYTES or len(named) > MAX_READ_ENTRIES:
        return context
    for key in named:
        context = baggage.remove_baggage(key, context)
    reference = reference_from_baggage(named)
    return with_frame(Frame(reference=reference, in_session=True, origin="baggage"), context)
