"""The session reference that both halves share: its value, its spellings, its path rules."""

from .paths import (
    ROOT,
    extend_path,
    join_path,
    normalize_path,
    path_segments,
    segment,
)
from .reference import (
    MAX_ID_BYTES,
    MAX_NAME_BYTES,
    SessionReference,
    clean_id,
    clean_name,
    clean_path,
    clean_properties,
    merge_properties,
)
from .spelling import (
    MAX_HEADER_BYTES,
    attributes_of,
    baggage_of,
    decode_header_value,
    encode_header_value,
    headers_of,
    reference_from_attributes,
    reference_from_baggage,
    reference_from_headers,
    value_count,
)
from .text import clean_text, cut_text
from .trace_ids import derived_trace_id, is_implicit, session_id_of_trace

__all__ = [
    "MAX_HEADER_BYTES",
    "MAX_ID_BYTES",
    "MAX_NAME_BYTES",
    "ROOT",
    "SessionReference",
    "attributes_of",
    "baggage_of",
    "clean_id",
    "clean_name",
    "clean_path",
    "clean_properties",
    "clean_text",
    "cut_text",
    "decode_header_value",
    "derived_trace_id",
    "encode_header_value",
    "extend_path",
    "headers_of",
    "is_implicit",
    "join_path",
    "merge_properties",
    "normalize_path",
    "path_segments",
    "reference_from_attributes",
    "reference_from_baggage",
    "reference_from_headers",
    "segment",
    "session_id_of_trace",
    "value_count",
]
