"""What a request has, and of which types."""

from typing import Any, assert_type

from pyre import psgi


async def attributes(request: psgi.Request) -> psgi.Response:
    assert_type(request.method, str)
    assert_type(request.scheme, str)
    assert_type(request.http_version, str)
    assert_type(request.target, bytes)
    assert_type(request.raw_path, bytes)
    assert_type(request.path, str)
    assert_type(request.query, bytes)
    assert_type(request.root_path, str)
    assert_type(request.authority, str)
    assert_type(request.headers, psgi.Headers)
    assert_type(request.client, tuple[str, int] | None)
    assert_type(request.server, tuple[str, int | None] | None)
    assert_type(request.tls, psgi.TlsInfo | None)
    assert_type(request.state, dict[str, Any])
    assert_type(request.is_websocket, bool)
    assert_type(request.is_closed, bool)
    assert_type(request.trailers, psgi.Headers)
    assert_type(request.server_capabilities, frozenset[str])
    return psgi.Response()


async def methods(request: psgi.Request) -> psgi.Response:
    assert_type(await request.read(), bytes)
    assert_type(await request.read(10), bytes)
    assert_type(await request.read(limit=None), bytes)
    async for piece in request:
        assert_type(piece, bytes)
    assert_type(b"".join([piece async for piece in request]), bytes)
    await request.inform(103)
    await request.inform(103, [("link", "</a>")])
    await request.inform(status=103, headers={"link": b"</a>"})
    await request.closed()
    return psgi.Response()


async def after(request: psgi.Request) -> psgi.Response:
    async def nothing() -> None:
        pass

    async def two(first: int, second: str) -> int:
        return first + len(second)

    request.after(nothing)
    request.after(two, 1, "2")
    return psgi.Response()


def headers(request: psgi.Request) -> psgi.Response:
    headers = request.headers
    assert_type(headers["host"], str)
    assert_type(headers.get("host"), str | None)
    assert_type(headers.get("host", ""), str)
    assert_type(headers.get("host", default=1), str | int)
    assert_type(headers.getall("cookie"), list[str])
    assert_type("host" in headers, bool)
    assert_type(None in headers, bool)
    assert_type(list(headers), list[str])
    assert_type(list(headers.keys()), list[str])
    assert_type(list(headers.values()), list[str])
    assert_type(list(headers.items()), list[tuple[str, str]])
    assert_type(len(headers), int)
    assert_type(headers.raw, tuple[tuple[bytes, bytes], ...])
    return psgi.Response(200, headers.items())


async def errors(request: psgi.Request) -> psgi.Response:
    try:
        await request.read(limit=10)
    except psgi.BodyError as error:
        assert_type(error.status, int)
    except psgi.Disconnected as disconnected:
        problem: OSError = disconnected
        raise problem from None
    return psgi.Response(body=psgi.VERSION)


async def websocket(request: psgi.Request) -> psgi.Response | None:
    websocket = await request.accept()
    assert_type(websocket, psgi.WebSocket)
    async for message in websocket:
        assert_type(message, str | bytes)
        await websocket.send(message)
    await websocket.ping()
    await websocket.ping(b"payload")
    await websocket.close()
    await websocket.close(1001, "away")
    assert_type(websocket.subprotocol, str | None)
    assert_type(websocket.close_code, int | None)
    assert_type(websocket.close_reason, str)
    return None


async def websocket_with_arguments(request: psgi.Request) -> psgi.Response | None:
    await request.accept("subprotocol", [("a", "b")])
    await request.accept(subprotocol=None, headers={"a": "b"})
    return None


for app in (attributes, methods, after, headers, errors, websocket, websocket_with_arguments):
    psgi.to_asgi(app)
