"""The session reference that both halves share: its value, its spellings, its path rules."""

from .paths import join_path, normalize_path, path_segments, segment
from .reference import (
    SessionReference,
    clean_id,
    clean_name,
    clean_path,
    clean_properties,
)
from .spelling import (
    attributes_of,
    baggage_of,
    decode_header_value,
    encode_header_value,
    headers_of,
    reference_from_attributes,
    reference_from_baggage,
    reference_from_headers,
)
from .trace_ids import derived_trace_id, is_implicit, session_id_of_trace

__all__ = [
    "SessionReference",
    "attributes_of",
    "baggage_of",
    "clean_id",
    "clean_name",
    "clean_path",
    "clean_properties",
    "decode_header_value",
    "derived_trace_id",
    "encode_header_value",
    "headers_of",
    "is_implicit",
    "join_path",
    "normalize_path",
    "path_segments",
    "reference_from_attributes",
    "reference_from_baggage",
    "reference_from_headers",
    "segment",
    "session_id_of_trace",
]
