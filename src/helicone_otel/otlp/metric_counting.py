"""Metrics, counted and not read: senders have one address for all three signals."""

from typing import assert_never

from ..model import Encoding, Signal, WantedAttributes
from .decoding import counted
from .json_spans import json_scopes
from .protobuf_attributes import AttributeReader
from .protobuf_spans import protobuf_scopes
from .selection import Selection

_NOTHING = WantedAttributes(keys=frozenset(), prefixes=())


def count_metrics(body: bytes, encoding: Encoding, *, max_metrics: int) -> int:
    """Return how many metrics *body*, an ExportMetricsServiceRequest, holds.

    Raises:
        BadPayload: *body* is not such a request.
        TooLarge: it holds more than *max_metrics* metrics or scopes.
    """
    selection = Selection(_NOTHING)
    match encoding:
        case Encoding.PROTOBUF:
            # Number by number, the messages around metrics are those around spans.
            scopes = counted(
                protobuf_scopes(body, AttributeReader(selection)), max_metrics, "metrics"
            )
            return sum(len(metrics) for _, metrics in scopes)
        case Encoding.JSON:
            json_metric_scopes = json_scopes(body, selection, Signal.METRICS)
            opened = counted(json_metric_scopes, max_metrics, "metrics")
            return sum(len(metrics) for _, metrics in opened)
        case _:
            assert_never(encoding)
