"""Stored spans back to the export request they came in."""

from collections.abc import Sequence
from typing import assert_never

import orjson

from ..model import Encoding
from .wire import fill_envelope


def encode_request(envelope: bytes, spans: Sequence[bytes], encoding: Encoding) -> bytes:
    """Return an ExportTraceServiceRequest of raw *spans* in the *envelope* of their origin.

    Decoding it gives the same records again, and so does any OTLP receiver.
    """
    match encoding:
        case Encoding.PROTOBUF:
            return fill_envelope(envelope, spans)
        case Encoding.JSON:
            return _fill_json(envelope, spans)
        case _:
            assert_never(encoding)


def _fill_json(envelope: bytes, spans: Sequence[bytes]) -> bytes:
    resource_spans = orjson.loads(envelope)
    resource_spans["scopeSpans"][0]["spans"] = [orjson.Fragment(span) for span in spans]
    return orjson.dumps({"resourceSpans": [resource_spans]})
