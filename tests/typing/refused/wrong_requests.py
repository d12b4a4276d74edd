"""What can't be done with a request."""

from pyre import psgi


def take(text: str, octets: bytes = b"") -> None:
    """Have values of these types."""


async def read(request: psgi.Request) -> psgi.Response:
    request.read()  # error
    take("", request.read())  # error
    take(await request.read())  # error
    await request.read("10")  # error
    list(request)  # error
    take(request.body)  # error
    take(request.json())  # error
    return psgi.Response(body=request.read())  # error


def not_awaited(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=request.read())  # error


async def without_return(request: psgi.Request) -> psgi.Response:  # error
    await request.read()


async def returns_text(request: psgi.Request) -> psgi.Response:
    return request.path  # error


async def read_only(request: psgi.Request) -> psgi.Response:
    request.method = "GET"  # error
    request.path = "/"  # error
    request.headers = {}  # error
    request.state = {}  # error
    request.is_closed = True  # error
    return psgi.Response()


async def headers(request: psgi.Request) -> psgi.Response:
    await request.headers  # error
    request.headers["name"] = "value"  # error
    del request.headers["name"]  # error
    take(request.headers[b"name"])  # error
    request.headers.get(b"name")  # error
    take(request.headers.get("name"))  # error
    take(request.headers.getall("name"))  # error
    take(request.headers.name)  # error
    take("", request.headers["name"])  # error
    return psgi.Response(200, [("name", request.headers.get("name"))])  # error


async def ends(request: psgi.Request) -> psgi.Response:
    def plain() -> None:
        pass

    async def one(number: int) -> None:
        take(str(number))

    request.inform(103)  # error
    await request.inform("103")  # error
    await request.inform(103, [("link", 1)])  # error
    request.closed()  # error
    request.after(plain)  # error
    request.after(one)  # error
    request.after(one, "text")  # error
    request.after(one(1))  # error
    await request.after(one, 1)  # error
    return psgi.Response()


async def websocket(request: psgi.Request) -> psgi.Response | None:
    request.accept()  # error
    websocket = await request.accept()
    websocket.send("text")  # error
    await websocket.send(5)  # error
    await websocket.send(None)  # error
    list(websocket)  # error
    await websocket.close("reason")  # error
    await websocket.ping("payload")  # error
    await request.accept(["subprotocol"])  # error
    websocket.subprotocol = "other"  # error
    return None


def make() -> psgi.Request:
    return psgi.Request()  # error
