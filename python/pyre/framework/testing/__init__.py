"""A client that calls an ASGI application in process, for tests.

    from pyre.framework.testing import TestClient

    async def test_hello() -> None:
        async with TestClient(app) as client:
            response = await client.get("/hello/world")
            assert response.text == "Hello, world!"

It is an ``httpx.AsyncClient``: cookies, redirects, forms, files and streams are httpx's, which has
to be installed.
"""

try:
    from pyre.framework.testing.client import TestClient
    from pyre.framework.testing.errors import LifespanError, WebSocketClosed, WebSocketRefused
    from pyre.framework.testing.websocket import WebSocketSession
except ModuleNotFoundError as error:
    if error.name != "httpx":
        raise
    raise ImportError("the test client needs httpx: pip install httpx") from error

__all__ = [
    "LifespanError",
    "TestClient",
    "WebSocketClosed",
    "WebSocketRefused",
    "WebSocketSession",
]
