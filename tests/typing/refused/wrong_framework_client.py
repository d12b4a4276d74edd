"""What the test client does not take."""

from collections.abc import Iterator

from pyre import psgi
from pyre.framework.testing import TestClient
from starlette.applications import Starlette


async def psgi_application(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=request.path)


def applications() -> None:
    TestClient(psgi_application)  # error
    TestClient("main:app")  # error
    TestClient(Starlette)  # error
    TestClient()  # error


def options() -> None:
    TestClient(Starlette(), "http://site.test")  # error
    TestClient(Starlette(), client="127.0.0.1")  # error
    TestClient(Starlette(), lifespan="maybe")  # error
    TestClient(Starlette(), patience="10")  # error
    TestClient(Starlette(), verify=False)  # error


def pieces() -> Iterator[str]:
    yield "text"


async def requests(client: TestClient) -> None:
    with client:  # error
        pass
    repr(client.get("/").status_code)  # error
    await client.post("/", content=pieces())  # error
    async with client.websocket("/", subprotocols=[b"a"]):  # error
        pass
    async with client.websocket("/", headers=["x-a"]):  # error
        pass


async def websockets(client: TestClient) -> None:
    await client.websocket("/")  # error
    async with client.websocket("/") as websocket:
        await websocket.send_text(b"octets")  # error
        await websocket.send_bytes("text")  # error
        await websocket.send("text")  # error
        await websocket.close("enough")  # error
        websocket.close_code = 1000  # error
        for _ in websocket:  # error
            pass
