"""What a connection holds while a request of it is answered: one request, and bounded octets."""

import fcntl
import sys
import termios

import pytest
from support.client import Connection, encoded
from support.scenarios import reported
from support.server import Launcher

READ_AHEAD = 16384

OPTIONS = ("--limit-read-ahead", str(READ_AHEAD), "--timeout-graceful-shutdown", "0.1")

PLAIN = encoded("GET /plain")


def pipeline(size: int) -> bytes:
    """Requests of ``size`` octets together, the last cut off there; the first is never answered."""
    first = encoded("GET /forever")
    count, rest = divmod(size - len(first), len(PLAIN))
    return first + (PLAIN * (count + 1))[: count * len(PLAIN) + rest]


def unread(connection: Connection) -> int:
    """Octets that the peer has not read yet; a unix socket knows."""
    answer = fcntl.ioctl(connection.socket, termios.TIOCOUTQ, b"\0" * 4)
    return int.from_bytes(answer, sys.byteorder)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what the peer has read")
@pytest.mark.parametrize("excess", [0, 1])
def test_octets_in_hand_are_bounded(serve: Launcher, excess: int) -> None:
    with (
        serve("held:app", *OPTIONS, uds=True) as server,
        server.connect() as connection,
    ):
        connection.send(pipeline(READ_AHEAD + excess))
        reported(server, "forever")
        assert (unread(connection) > 0) is (excess > 0)
