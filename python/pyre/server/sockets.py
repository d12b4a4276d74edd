"""Listening sockets: on a host and port, on a path, or inherited as a file descriptor.

Sockets are bound before the application starts, so that a port in use is told before anything has
happened. They listen only when it has started: until then a connection is refused, which is how a
balancer or a script that waits for the server learns that it is not ready.
"""

import contextlib
import enum
import errno
import os
import socket
import stat
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from pyre.server.config import Config
from pyre.server.errors import BindError

Address: TypeAlias = tuple[str, int] | str
"""Host and port, or the path of a unix socket; an abstract name begins with ``@``."""

_Resolved: TypeAlias = tuple[socket.AddressFamily, tuple[Any, ...]]

_SERVED_FAMILIES = {socket.AF_INET, socket.AF_INET6, getattr(socket, "AF_UNIX", None)}

_STANDARD_STREAMS = range(3)

# With port 0 the system picks a port for the first address, which another address may have in use.
_PORT_ATTEMPTS = 10
# An address family that this machine was built or booted without.
_NO_SUCH_ADDRESS = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
# The proxy in front often runs as another user.
_UNIX_SOCKET_MODE = 0o666


class Listeners:
    """The bound sockets of a server. Leaving the ``with`` block closes them.

    ``path`` is the file of a unix socket, which is then removed as well.
    """

    def __init__(self, sockets: list[socket.socket], path: Path | None = None) -> None:
        self._sockets = sockets
        # The application may change the current directory.
        self._path = path.absolute() if path else None
        self._identity = _identity(path) if path else None
        self._owner = os.getpid()
        self._detached: list[int] = []
        self.addresses = [_address(sock) for sock in sockets]

    def listen(self, backlog: int) -> None:
        """Let up to ``backlog`` connections wait to be accepted. Raises ``BindError``."""
        for sock, address in zip(self._sockets, self.addresses, strict=True):
            if _is_listening(sock):
                continue  # inherited: how many may wait was decided by whoever opened it
            try:
                sock.listen(backlog)
            except OSError as error:
                raise _bind_error(_place(address), error) from None

    def detach(self) -> list[int]:
        """Hand over the file descriptors: closing them is up to the caller from now on."""
        self._detached = [sock.detach() for sock in self._sockets]
        _detached.update(self._detached)
        return self._detached

    def close(self) -> None:
        """Close what was not detached, and remove the unix socket's file if it is still ours."""
        for sock in self._sockets:
            sock.close()
        _detached.difference_update(self._detached)
        is_parent = self._owner == os.getpid()  # a forked child has copies, and the one file
        if self._path and is_parent and self._identity == _identity(self._path):
            self._path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


_detached: set[int] = set()
"""The descriptors of sockets on which servers of this process listen."""


def _release_in_child() -> None:
    """Let go of the sockets in a forked child: one that outlives the server would hold the port.

    The core goes on to own the numbers, so that they are not closed but given to the null device.
    """
    if not _detached:
        return
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in _detached:
        os.dup2(null, descriptor, inheritable=False)
    os.close(null)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_release_in_child)


def bind(config: Config) -> Listeners:
    """Bind the sockets that ``config`` asks for. Raises ``BindError``."""
    if config.fd is not None:
        return Listeners([_adopt(config.fd)])
    if config.uds is not None:
        return _bind_path(Path(config.uds))
    return Listeners(_bind_host(config.host, config.port))


def url(address: Address) -> str:
    """The address as a person would type it: ``http://[::1]:8000`` or ``unix:/run/pyre.sock``."""
    if isinstance(address, str):
        return f"unix:{address}"
    return f"http://{_place(address)}"


def _place(address: Address) -> str:
    if isinstance(address, str):
        return address
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _address(sock: socket.socket) -> Address:
    name = sock.getsockname()
    if isinstance(name, bytes):
        # The abstract namespace of Linux. A name begins with NUL and may hold more of them.
        return name.replace(b"\0", b"@").decode(errors="replace")
    return name if isinstance(name, str) else (name[0], name[1])


def _adopt(fd: int) -> socket.socket:
    """Take over an inherited socket, which programs started by the application don't inherit."""
    try:
        sock = socket.socket(fileno=fd)
    except OSError as error:
        raise BindError(
            f"--fd {fd} is not a socket ({error.strerror}); pass one that listens"
        ) from None
    if sock.family not in _SERVED_FAMILIES or sock.type != socket.SOCK_STREAM:
        kind = f"{_name_of(sock.family)}, {_name_of(sock.type)}"
        sock.detach()
        raise BindError(
            f"--fd {fd} is not a TCP or unix stream socket ({kind}); pass one that is and listens"
        )
    if not _is_listening(sock):
        sock.detach()
        raise BindError(f"--fd {fd} is a socket that does not listen; pass one that listens")
    sock.setblocking(False)
    if fd in _STANDARD_STREAMS:
        return _vacate(sock)
    sock.set_inheritable(False)
    return sock


def _vacate(sock: socket.socket) -> socket.socket:
    """Move a socket away from a standard stream, which has to be open in each program."""
    moved = sock.dup()  # not inheritable
    stream = sock.detach()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, stream)
    os.close(null)
    return moved


def _name_of(constant: int) -> str:
    """The name of an address family or a type of socket; a number that Python has no name for."""
    return constant.name if isinstance(constant, enum.Enum) else str(constant)


def _is_listening(sock: socket.socket) -> bool:
    return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _bind_host(host: str, port: int) -> list[socket.socket]:
    addresses = _resolve(host, port)
    attempts = 1 if port else _PORT_ATTEMPTS
    for _ in range(attempts - 1):
        with contextlib.suppress(BindError):
            return _bind_all(addresses, port)
    return _bind_all(addresses, port)


def _resolve(host: str, port: int) -> list[_Resolved]:
    # Text goes through the codec of international names, whose tables cost a start 2 ms.
    name = host.encode() if host.isascii() else host
    try:
        found = socket.getaddrinfo(
            name or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise BindError(
            f"host {host!r} can't be resolved ({error}); correct --host or PYRE_HOST"
        ) from None
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _bind_all(addresses: list[_Resolved], port: int) -> list[socket.socket]:
    """One socket for each address that this machine has, all on one port."""
    sockets: list[socket.socket] = []
    missing = None
    with contextlib.ExitStack() as on_failure:
        for family, (host, _, *rest) in addresses:
            try:
                sock = _bind_address(family, (host, port, *rest))
            except OSError as error:
                missing = _bind_error(f"{host}:{port}", error)
                if error.errno not in _NO_SUCH_ADDRESS:
                    raise missing from None
                continue
            sockets.append(on_failure.enter_context(sock))
            port = sock.getsockname()[1]
        if missing and not sockets:
            raise missing
        on_failure.pop_all()
    return sockets


def _bind_address(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    with contextlib.ExitStack() as on_failure:
        sock = on_failure.enter_context(socket.socket(family, socket.SOCK_STREAM))
        if sys.platform == "win32":
            # There, SO_REUSEADDR lets another process take the port over.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(address)
        on_failure.pop_all()
    return sock


def _bind_error(place: str, error: OSError) -> BindError:
    match error.errno:
        case errno.EADDRINUSE:
            return BindError(f"{place} is in use by another process; choose another --port")
        case errno.EACCES:
            return BindError(f"{place} is not permitted to this user; choose another --port")
        case errno.EADDRNOTAVAIL:
            return BindError(f"{place} is not an address of this machine; correct --host")
        case _:
            return BindError(
                f"{place} can't be listened on ({error.strerror}); choose another --host"
            )


def _bind_path(path: Path) -> Listeners:
    if not hasattr(socket, "AF_UNIX"):
        raise BindError("this system has no unix sockets; use --host and --port instead of --uds")
    _remove_stale_socket(path)
    with contextlib.ExitStack() as on_failure:
        sock = on_failure.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        sock.setblocking(False)
        try:
            sock.bind(str(path))
            path.chmod(_UNIX_SOCKET_MODE)
        except OSError as error:
            raise _path_error(path, error) from None
        on_failure.pop_all()
    return Listeners([sock], path)


def _remove_stale_socket(path: Path) -> None:
    """Remove the socket file that a server which was killed has left behind."""
    try:
        mode = path.lstat().st_mode
        if not stat.S_ISSOCK(mode):
            raise BindError(f"{path} exists and is not a socket; choose another --uds")
        if _is_answered(path):
            raise BindError(f"{path} is in use by another process; choose another --uds")
        path.unlink()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:  # a NUL is a ValueError
        raise _path_error(path, error) from None


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return False
        except BlockingIOError:
            return True  # its backlog is full
    return True


def _path_error(path: Path, error: OSError | ValueError) -> BindError:
    # "path too long" comes from Python itself and has no strerror.
    reason = getattr(error, "strerror", None) or error
    return BindError(f"{path} can't be listened on ({reason}); choose another --uds")


def _identity(path: Path) -> tuple[int, ...] | None:
    # With the time, as the number of a removed file is soon given to another.
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns
