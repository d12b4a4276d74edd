"""Asking ``apps/psgi_evaluated.py``, and reading what comes back."""

import ast
import itertools
from collections.abc import Callable
from typing import Any

import h11
from support.client import Connection, Response, encoded
from support.server import Server

HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)
"""The fields of a WebSocket handshake."""

Leave = Callable[[Connection], None]
"""A way of leaving a server."""

numbers = itertools.count()


def sign() -> str:
    """A name that no other test uses, to be found in a log."""
    return f"sign-{next(numbers)}"


def evaluate(server: Server, expression: str, head: str = "GET /", *fields: str) -> Response:
    """The response that is the value of an expression."""
    return server.request(head, b"", f"Expression: {expression}", *fields)


def value_of(server: Server, expression: str, head: str = "GET /", *fields: str) -> Any:
    """The value of an expression about ``request``."""
    return value_in(evaluate(server, text_of(expression), head, *fields))


def text_of(expression: str) -> str:
    """An expression of the response that shows the value of another."""
    return f"Response(body=repr({expression}))"


def value_in(response: Response) -> Any:
    """The value that a response shows by its ``repr``."""
    assert response.status == 200, response
    return ast.literal_eval(response.body.decode())


def received(
    server: Server, head: str, *fields: str, body: bytes = b"", version: str = "1.1"
) -> bytes:
    """Everything that comes back for a request after which the connection closes."""
    with server.connect() as connection:
        fields = (*fields, "Connection: close")
        connection.send(encoded(head, body, *fields, version=version))
        return connection.read_to_end()


def begun(server: Server, head: str, *fields: str, body: bytes = b"") -> Connection:
    """A connection on which a request has been sent."""
    connection = server.connect()
    connection.send(encoded(head, body, *fields))
    return connection


def is_broken_off(connection: Connection, method: str = "GET") -> bool:
    """Whether what comes of a response is not whole."""
    try:
        connection.read_response(method)
    except (h11.RemoteProtocolError, ConnectionError):
        return True
    return False
