"""What a request's headers say about its body."""

from starlette.datastructures import Headers

from ..errors import UnsupportedEncoding
from ..model import Encoding
from .inflate import Compression

MEDIA_TYPES = {
    Encoding.PROTOBUF: "application/x-protobuf",
    Encoding.JSON: "application/json",
}

_ENCODINGS = {media_type: encoding for encoding, media_type in MEDIA_TYPES.items()}
_MAX_SHOWN_CHARS = 80


def encoding_of(headers: Headers) -> Encoding:
    """Return the encoding its content type names; parameters such as a charset are ignored.

    Raises:
        UnsupportedEncoding: OTLP has no such content type.
    """
    encoding = _ENCODINGS.get(_media_type(headers))
    if encoding is None:
        raise UnsupportedEncoding(
            f"Content-Type is {_shown(headers.get('content-type'))}, expected "
            f"{' or '.join(_ENCODINGS)}"
        )
    return encoding


def compression_of(headers: Headers) -> Compression:
    """Return the content encoding.

    Raises:
        UnsupportedEncoding: it is not accepted, or there are several.
    """
    name = ", ".join(headers.getlist("content-encoding")).strip().lower()
    try:
        return Compression(name or Compression.IDENTITY)
    except ValueError as error:
        raise UnsupportedEncoding(
            f"Content-Encoding is {_shown(name)}, expected one of {', '.join(Compression)}"
        ) from error


def answer_encoding(headers: Headers) -> Encoding:
    """Return the encoding to answer in: protobuf unless the request is in JSON."""
    return _ENCODINGS.get(_media_type(headers), Encoding.PROTOBUF)


def _media_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _shown(value: str | None) -> str:
    return "missing" if value is None else repr(value[:_MAX_SHOWN_CHARS])
