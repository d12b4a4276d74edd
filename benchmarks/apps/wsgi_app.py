"""The application of the benchmarks for WSGI, which has no way to wait."""

from collections.abc import Callable, Iterable
from typing import Any

from content import HELLO, LARGE_PIECES, STREAM_PIECES, pieces

StartResponse = Callable[[str, list[tuple[str, str]]], object]


def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request; the path says how."""
    path = environ["PATH_INFO"]
    if path == "/":
        return answer(start_response, HELLO)
    if path == "/echo":
        return answer(start_response, environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    if path == "/headers":
        return answer(start_response, read_head(environ))
    start_response("200 OK", [])
    return pieces(STREAM_PIECES if path == "/stream" else LARGE_PIECES)


def answer(start_response: StartResponse, body: bytes) -> Iterable[bytes]:
    """Send a body that is known."""
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]


def read_head(environ: dict[str, Any]) -> bytes:
    """Look at three fields and the query, as an application behind a router does."""
    names = ("HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE")
    wanted = [environ[name] for name in names]
    return HELLO if all(wanted) and environ["QUERY_STRING"] else b""
