"""A file that is open while it is sent.

So size and time of its change, which the head tells, are those of what is sent, also when another
file takes its name in between.
"""

import errno
import os
import stat
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final, Self

from pyre.framework.errors import HTTPError
from pyre.framework.responses.conditions import Validators

# Opening a pipe would wait for somebody who writes into it.
_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_SYMLINK: Final = getattr(os, "O_NOFOLLOW", 0)

_NO_SUCH_FILE: Final = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO)
)

_CLOSED: Final = -1

_SECOND: Final = 1_000_000_000
"""In nanoseconds."""


class OpenFile:
    """A regular file. It is closed with the last reference: the host holds one while it sends."""

    __slots__ = ("_descriptor", "modified_ns", "size")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            self.close()  # not later: an error that was raised may stay for a while
            raise FileNotFoundError(errno.ENOENT, "not a regular file")
        self.size = status.st_size
        self.modified_ns = status.st_mtime_ns

    @classmethod
    def at(cls, path: str, *, follow_symlinks: bool) -> Self:
        """The file of that path. Raises ``OSError``, ``ValueError`` for what can't be a path."""
        return cls(os.open(path, _FLAGS if follow_symlinks else _FLAGS | _NO_SYMLINK))

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def validators(self, suffix: str = "") -> Validators:
        """What tells this version from others; ``suffix`` goes into the entity tag.

        The tag is made of time and size. It is strong, so that downloads can be resumed, when the
        file has not changed within the last second: by then no change can come that leaves
        the time as it is (RFC 9110 §8.8.2.2 says so of dates, and Apache does the same).
        """
        now = time.time_ns()
        is_settled = self.modified_ns + _SECOND <= now
        weakness = "" if is_settled else "W/"
        return Validators(
            f'{weakness}"{self.modified_ns:x}-{self.size:x}{suffix}"',
            _seconds(min(self.modified_ns, now)),
            is_settled,
        )

    def close(self) -> None:
        """Close it now."""
        descriptor, self._descriptor = self._descriptor, _CLOSED
        if descriptor != _CLOSED:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def http_error(error: OSError | ValueError) -> HTTPError:
    """How a peer is told that a file can't be had. Raises what is not the peer's affair."""
    if isinstance(error, ValueError) or error.errno in _NO_SUCH_FILE:
        return HTTPError(HTTPStatus.NOT_FOUND)
    if isinstance(error, PermissionError):
        return HTTPError(HTTPStatus.FORBIDDEN)
    raise error


def _seconds(nanoseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(nanoseconds // _SECOND, UTC)
    except (ValueError, OverflowError, OSError):  # a file can claim to be of the year 30 000
        return None
