"""A host of PSGI that only notes what an application does: each test plays the rest itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from pyre import psgi
from pyre.psgi.headers import FieldLines


class Request:
    """A request whose body, and whose end, are what a test makes of them."""

    def __init__(self, *pieces: bytes | Exception, **attributes: object) -> None:
        self.method = "GET"
        self.scheme = "http"
        self.http_version = "1.1"
        self.raw_path = b"/"
        self.path = "/"
        self.query = b""
        self.root_path = ""
        self.authority = ""
        self.headers = FieldLines()
        self.client = None
        self.server = None
        self.tls = None
        self.state: dict[str, object] = {}
        self.is_websocket = False
        self.server_capabilities = frozenset[str]()
        self.informed: list[object] = []
        self.afterwards: list[tuple[Callable[..., Awaitable[object]], tuple[object, ...]]] = []
        self._pieces = list(pieces)
        self._closing = asyncio.Event()
        self.__dict__.update(attributes)

    @property
    def is_closed(self) -> bool:
        return self._closing.is_set()

    def close(self) -> None:
        """Let the peer leave, or the response be complete."""
        self._closing.set()

    async def closed(self) -> None:
        await self._closing.wait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._pieces:
            await asyncio.sleep(0)
            piece = self._pieces.pop(0)
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def inform(self, status: int, headers: object) -> None:
        self.informed.append((status, headers))

    def after(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        self.afterwards.append((function, args))

    async def finish(self) -> None:
        """Let the request be over."""
        self.close()
        for function, args in self.afterwards:
            await function(*args)


async def answer(app: object, request: Request) -> psgi.Response:
    """The response of an ASGI application."""
    response = await psgi.from_asgi(app).__psgi__(request)
    assert isinstance(response, psgi.Response)
    return response


async def read(response: psgi.Response) -> list[bytes]:
    """The pieces of a stream."""
    assert hasattr(response.body, "__aiter__")
    return [piece async for piece in response.body]
