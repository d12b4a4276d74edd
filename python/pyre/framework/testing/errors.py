"""What a test is told beside the exceptions of httpx and those of the application.

Exception
├── LifespanError          the application did not start, or did not stop
├── WebSocketClosed        the application has closed the WebSocket, or left it
└── WebSocketRefused       the application has answered the handshake by a response

Whether those of the application are raised is for ``raise_app_exceptions`` to say.
"""

import httpx

_CLOSED_ABNORMALLY = 1006  # RFC 6455 §7.1.5


class LifespanError(Exception):
    """The application has refused to start or to stop, or has not done it in time.

    What it has raised itself is the ``__cause__``.
    """


class WebSocketClosed(Exception):
    """The WebSocket is closed: ``code`` and ``reason`` say how (RFC 6455 §7.1.5, §7.1.6)."""

    def __init__(self, code: int = _CLOSED_ABNORMALLY, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"closed with {self.code}" + (f": {self.reason}" if self.reason else "")


class WebSocketRefused(Exception):
    """The handshake was answered by ``response``: 403, or what the application has made."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response)
        self.response = response

    def __str__(self) -> str:
        return f"the handshake was answered with {self.response.status_code}"
