"""An application by both interfaces, for the test of the hosts that the framework is tested on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import events
from pyre import psgi


class ExpectedError(Exception):
    """An error that the test knows of."""


class Hosted:
    """By PSGI an object with methods, by ASGI a callable."""

    def __init__(self) -> None:
        self._asgi = psgi.to_asgi(self)
        self._is_open = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["interface"] = "asgi"
        await self._asgi(scope, receive, send)

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncIterator[None]:
        state["greeting"] = "from the lifespan"
        events.tell("started")
        yield
        events.tell("stopped")

    async def __psgi__(self, request: psgi.Request) -> psgi.Response | None:
        scenario = getattr(self, request.path[1:].replace("-", "_"), None)
        if scenario is None:
            return psgi.Response(404)
        answer: psgi.Response | None = await scenario(request)
        return answer

    async def interface(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.state.get("interface", "psgi"))

    async def greeting(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.state["greeting"])

    async def cookie(self, request: psgi.Request) -> psgi.Response:
        visited = request.headers.get("cookie", "")
        return psgi.Response(200, [("set-cookie", "a=1"), ("set-cookie", "b=2")], visited)

    async def echo(self, request: psgi.Request) -> psgi.Response:
        """Send the body back as it comes."""
        return psgi.Response(body=aiter(request))

    async def endless(self, _request: psgi.Request) -> psgi.Response:
        async def pieces() -> AsyncIterator[str]:
            try:
                while True:
                    yield "tick\n"
                    await asyncio.sleep(0.01)
            finally:
                events.tell("left")

        return psgi.Response(body=pieces())

    async def gated(self, _request: psgi.Request) -> psgi.Response:
        """Wait for another request to open the gate."""
        events.tell("waiting")
        await self._is_open.wait()
        return psgi.Response(body="passed")

    async def open(self, _request: psgi.Request) -> psgi.Response:
        self._is_open.set()
        return psgi.Response(204)

    async def afterwards(self, request: psgi.Request) -> psgi.Response:
        async def after() -> None:
            await events.permitted()
            events.tell("afterwards")

        request.after(after)
        return psgi.Response(body="answered")

    async def fail(self, request: psgi.Request) -> psgi.Response:
        raise ExpectedError(request.query.decode())

    async def target(self, request: psgi.Request) -> psgi.Response:
        return psgi.Response(body=request.target)

    async def talk(self, request: psgi.Request) -> psgi.Response | None:
        """Send each message of a WebSocket back; close when one says so."""
        subprotocol = "b" if "sec-websocket-protocol" in request.headers else None
        websocket = await request.accept(subprotocol, [("x-a", "1")])
        async for message in websocket:
            if message == "close":
                await websocket.close(4000, "enough")
            await websocket.send(message)
        events.tell(f"closed with {websocket.close_code}")
        return None

    async def refuse(self, _request: psgi.Request) -> psgi.Response:
        return psgi.Response(409, [("x-a", "1")], "refused")


class Refusing(Hosted):
    """It does not start."""

    @asynccontextmanager
    async def __psgi_lifespan__(self, state: dict[str, Any]) -> AsyncIterator[None]:
        raise ExpectedError("refused on purpose")
        yield


app = Hosted()

refusing = Refusing()
