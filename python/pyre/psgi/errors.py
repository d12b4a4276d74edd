"""What the application is told of a request that does not come to its end.

``Disconnected`` is an ``OSError``: nobody is there any more. ``BodyError`` is none: the peer is
there, and is told by a status what is wrong with its body.
"""


class Disconnected(OSError):
    """The peer has left, or the response is complete: nothing more can be read or sent."""


class BodyError(Exception):
    """The body of the request breaks the protocol, or is longer than a limit.

    ``status`` is what the peer is told: the host has answered with it already, except for the
    limit of ``read``, where the application may answer itself. One that escapes is answered with
    its status, so that an application may raise it, too.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
