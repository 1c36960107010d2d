"""Message classes that read OTLP traces without building what nobody looks at.

They are the official ones with one change that leaves the wire format as it is: the lists of
resources, scopes, spans, attributes, events and links are `repeated bytes`. So they can be counted
before anything in them is built, every span is handed out exactly as it was sent, and attributes
that spans repeat are recognised by their bytes.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.internal import api_implementation
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from ..errors import ConfigurationError

_PACKAGE = "helicone_otel.wire"


@dataclass(frozen=True, slots=True, kw_only=True)
class WireClasses:
    request: Any
    resource_spans: Any
    scope_spans: Any
    span: Any


@cache
def wire_classes() -> WireClasses:
    require_fast_protobuf()
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(_file().SerializeToString())

    def made(name: str) -> Any:  # noqa: ANN401 - built at run time
        return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))

    return WireClasses(
        request=made("ExportTraceServiceRequest"),
        resource_spans=made("ResourceSpans"),
        scope_spans=made("ScopeSpans"),
        span=made("Span"),
    )


def require_fast_protobuf() -> None:
    """Refuse protobuf's pure-Python implementation: it is slow and recurses on hostile input.

    Raises:
        ConfigurationError: it is the one in use.
    """
    if api_implementation.Type() == "python":
        raise ConfigurationError(
            "protobuf runs on its pure-Python implementation, expected `upb`: unset "
            "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION, or install a binary wheel of protobuf"
        )


def _file() -> FileDescriptorProto:
    official = [
        trace_pb2.DESCRIPTOR.name,
        *(file.name for file in trace_pb2.DESCRIPTOR.dependencies),
    ]
    return FileDescriptorProto(
        name="helicone_otel/wire.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=official,
        message_type=[
            _sliced(trace_service_pb2.ExportTraceServiceRequest, "resource_spans"),
            _sliced(trace_pb2.ResourceSpans, "scope_spans"),
            _sliced(trace_pb2.ScopeSpans, "spans"),
            _span(),
        ],
    )


def _sliced(message_class: Any, *field_names: str) -> DescriptorProto:  # noqa: ANN401 - no types
    message = _copy(message_class)
    for name in field_names:
        field = _field(message, name)
        field.type = FieldDescriptorProto.TYPE_BYTES
        field.ClearField("type_name")
    return message


def _span() -> DescriptorProto:
    message = _sliced(trace_pb2.Span, "attributes", "events", "links")
    message.ClearField("nested_type")
    message.ClearField("enum_type")
    return message


def _copy(message_class: Any) -> DescriptorProto:  # noqa: ANN401 - protobuf ships no types
    message = DescriptorProto()
    message_class.DESCRIPTOR.CopyToProto(message)
    return message


def _field(message: DescriptorProto, name: str) -> FieldDescriptorProto:
    return next(field for field in message.field if field.name == name)
