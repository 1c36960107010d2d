"""Protobuf messages of OTLP as its JSON.

It differs from protobuf's own JSON in its ids, which are hex, and its enums, which are numbers.
"""

import base64
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

Json: TypeAlias = Any
_Writer: TypeAlias = Callable[[Any], Json]

_IDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}


def json_message(message: Message) -> dict[str, Json]:
    """Return the fields that are set; those unknown to this version of OTLP are left out."""
    fields = ((_member(field), value) for field, value in message.ListFields())
    return {name: write(value) for (name, write), value in fields}


@cache
def _member(field: FieldDescriptor) -> tuple[str, _Writer]:
    """Return a field's name in JSON and what writes its value."""
    write = _writer(field)
    if field.is_repeated:
        return field.json_name, lambda values: [write(value) for value in values]
    return field.json_name, write


def _writer(field: FieldDescriptor) -> _Writer:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_MESSAGE:
            return _MESSAGES.get(field.message_type.full_name, json_message)
        case FieldDescriptor.CPPTYPE_INT64 | FieldDescriptor.CPPTYPE_UINT64:
            return str  # JSON numbers are exact to 2^53 only
        case FieldDescriptor.CPPTYPE_DOUBLE:
            return _double
        case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
            return bytes.hex if field.name in _IDS else _base64
        case _:
            return _as_it_is


def _key_value(pair: KeyValue) -> Json:
    return {"key": pair.key, "value": _any_value(pair.value)}


def _any_value(value: AnyValue) -> Json:
    text = value.string_value  # nearly every value is text, and this is the cheapest question
    return {"stringValue": text} if text else json_message(value)


def _double(value: float) -> Json:
    return value if math.isfinite(value) else _NOT_FINITE.get(value, "NaN")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _as_it_is(value: Json) -> Json:
    return value


_MESSAGES: Mapping[str, _Writer] = {
    KeyValue.DESCRIPTOR.full_name: _key_value,
    AnyValue.DESCRIPTOR.full_name: _any_value,
}
