"""Listening sockets that outlive the process: from systemd to us, from us to our successor.

The protocol is that of `sd_listen_fds(3)`: descriptors from 3 on, counted and named in the
environment of the one process that is meant.
"""

import fcntl
import os
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import NoReturn

from ..access import is_loopback
from ..errors import ConfigurationError
from ..settings import Settings

_FIRST_DESCRIPTOR = 3


class Transport(StrEnum):
    """What a socket is for; also its name (`FileDescriptorName=`)."""

    HTTP = "http"
    GRPC = "grpc"


def inherited_sockets(settings: Settings) -> Mapping[Transport, Sequence[socket.socket]]:
    """Return the sockets this process was started with, told apart by name or else by port.

    Raises:
        ConfigurationError: one of them is for neither transport, or lets in whom `--host` does not.
    """
    sockets: dict[Transport, list[socket.socket]] = {each: [] for each in Transport}
    for name, given in _inherited():
        sockets[_transport(name, given, settings)].append(given)
    return sockets


def replace_process(sockets: Sequence[tuple[Transport, socket.socket]]) -> NoReturn:
    """Start this program anew, as it was started, in the same process and with *sockets*.

    Raises:
        ConfigurationError: the program cannot be started.
    """
    # First away from the numbers that they are to get, so that none takes another's.
    beyond = _FIRST_DESCRIPTOR + len(sockets)
    copies = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD_CLOEXEC, beyond) for _, each in sockets]
    for number, copy in enumerate(copies, _FIRST_DESCRIPTOR):
        os.dup2(copy, number)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.environ["LISTEN_FDS"] = str(len(sockets))
    os.environ["LISTEN_FDNAMES"] = ":".join(name for name, _ in sockets)
    sys.stdout.flush()
    try:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell
    except OSError as error:
        raise ConfigurationError(
            f"{sys.executable} cannot be started again: {error.strerror}. What came before is in "
            "the file; start the server by hand."
        ) from error


def _inherited() -> Iterator[tuple[str, socket.socket]]:
    meant = os.environ.pop("LISTEN_PID", "")
    count = os.environ.pop("LISTEN_FDS", "")
    names = os.environ.pop("LISTEN_FDNAMES", "").split(":")
    if meant != str(os.getpid()) or not count.isdecimal():
        return
    _reap_helpers()
    for index in range(int(count)):
        yield names[index] if index < len(names) else "", _socket_at(_FIRST_DESCRIPTOR + index)


def _socket_at(descriptor: int) -> socket.socket:
    try:
        given = socket.socket(fileno=descriptor)
    except OSError as error:
        raise ConfigurationError(
            f"Descriptor {descriptor}, which LISTEN_FDS speaks of, is no socket: {error.strerror}."
        ) from error
    given.set_inheritable(False)
    return given


def _reap_helpers() -> None:
    """Take note of the end of children that the program before us left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _transport(name: str, given: socket.socket, settings: Settings) -> Transport:
    if given.family not in (socket.AF_INET, socket.AF_INET6) or given.type != socket.SOCK_STREAM:
        raise ConfigurationError(f"The socket that was handed over is not TCP: {given}.")
    address, port = given.getsockname()[:2]
    if is_loopback(settings.host) and not is_loopback(address):
        raise ConfigurationError(
            f"The socket that was handed over listens on {address}, where other machines reach it, "
            f"but --host is {settings.host}: say --host {address}, or listen on 127.0.0.1."
        )
    by_name = {each.value: each for each in Transport}
    by_port = {settings.port: Transport.HTTP, settings.grpc_port: Transport.GRPC}
    transport = by_name.get(name) or by_port.get(port)
    if transport is not None:
        return transport
    raise ConfigurationError(
        f"The socket that was handed over, {name or 'without a name'} on port {port}, is for "
        f"neither transport: name it http or grpc, or say its port with --port or --grpc-port."
    )
