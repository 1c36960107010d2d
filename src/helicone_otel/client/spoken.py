"""Read what an application hands to `session()` and `step()`, whatever it is, without raising."""

from collections.abc import Mapping

from ..session_reference import SessionReference
from ..truncations import counted_truncations
from .reports import report_failure, warn_once


def reference_said(
    *,
    id: object = None,  # noqa: A002 - Helicone's word
    name: object = None,
    path: object = None,
    user_id: object = None,
    properties: object = None,
) -> SessionReference:
    """Return the reference that these values spell; one that cannot be read is absent."""
    with counted_truncations() as cut:
        reference = SessionReference.of(
            id=text_said(id),
            name=text_said(name),
            path=text_said(path),
            user_id=text_said(user_id),
            properties=_properties_said(properties),
        )
    if cut:
        warn_once(f"{cut.total()} values of session() or step() were too long or too many: cut")
    return reference


def text_said(value: object) -> str | None:
    """Return *value* as text, bytes as UTF-8; `None` if it is `None` or cannot be printed."""
    if value is None:
        return None
    try:
        if isinstance(value, bytes | bytearray):
            return value.decode(errors="replace")
        return str(value)
    except Exception as error:  # noqa: BLE001 - telemetry never breaks the caller
        report_failure("Reading a value of session() or step()", error)
        return None


def _properties_said(properties: object) -> dict[str, str]:
    if properties is None:
        return {}
    texts = ((text_said(name), text_said(value)) for name, value in _pairs(properties).items())
    return {name: value for name, value in texts if name is not None and value is not None}


def _pairs(properties: object) -> Mapping[object, object]:
    try:
        return dict(properties)  # type: ignore[call-overload, no-any-return] # it tells by itself
    except Exception:  # noqa: BLE001 - telemetry never breaks the caller
        warn_once("properties= takes a mapping, or pairs of name and value; others are ignored")
        return {}
