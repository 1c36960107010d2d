"""From error to status, for both transports."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from ..access import Refusal
from ..errors import BadPayload, StoreUnavailable, TooLarge, UnsupportedEncoding
from ..otlp import RpcCode
from ..session_reference.text import cut_text

RETRY_AFTER_SECONDS = 1
"""SDKs give a batch up when told to wait longer than the 10 s they have for all attempts."""

_MAX_MESSAGE_BYTES = 1024
"""gRPC carries the message in metadata, which has 8 KiB, up to four times over."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a request that was not taken is answered."""

    http_status: HTTPStatus
    rpc_code: RpcCode
    message: str
    """What was wrong, then what was expected."""

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed after `RETRY_AFTER_SECONDS`."""
        return self.rpc_code is RpcCode.UNAVAILABLE


def failure_of(error: Exception) -> Failure:
    match error:
        case TooLarge():
            return _failure(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, RpcCode.RESOURCE_EXHAUSTED, error)
        case UnsupportedEncoding():
            return _failure(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, RpcCode.INVALID_ARGUMENT, error)
        case BadPayload():
            return _failure(HTTPStatus.BAD_REQUEST, RpcCode.INVALID_ARGUMENT, error)
        case StoreUnavailable():
            return _failure(HTTPStatus.SERVICE_UNAVAILABLE, RpcCode.UNAVAILABLE, error)
        case _:
            log.error("an export request failed unexpectedly", exc_info=error)
            return Failure(
                http_status=HTTPStatus.INTERNAL_SERVER_ERROR,
                rpc_code=RpcCode.INTERNAL,
                message="the receiver failed, expected success: its log has the reason",
            )


def rpc_code_of(refusal: Refusal) -> RpcCode:
    match refusal.status:
        case HTTPStatus.UNAUTHORIZED:
            return RpcCode.UNAUTHENTICATED
        case HTTPStatus.NOT_FOUND:
            return RpcCode.UNIMPLEMENTED
        case _:
            return RpcCode.PERMISSION_DENIED


def _failure(http_status: HTTPStatus, rpc_code: RpcCode, error: Exception) -> Failure:
    message = cut_text(str(error), max_bytes=_MAX_MESSAGE_BYTES)
    log.debug("refused an export request with %d: %s", http_status, message)
    return Failure(http_status=http_status, rpc_code=rpc_code, message=message)
