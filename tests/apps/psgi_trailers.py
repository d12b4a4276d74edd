"""Scenarios of trailers, which tally how often they are asked for."""

from collections.abc import AsyncIterator, Callable

from psgi_scenarios import ExpectedError, Scenarios, query
from pyre import psgi

app = Scenarios()

Trailers = Callable[[], object]


def tallied(name: str, trailers: Trailers) -> Trailers:
    def asked() -> object:
        app.tally[name] += 1
        return trailers()

    return asked


@app.add
async def after_the_body(request: psgi.Request) -> psgi.Response:
    """Trailers that tell what the body was."""
    seen: list[str] = []

    async def body() -> AsyncIterator[str]:
        for piece in ("one", "two", "end"):
            yield piece
            seen.append(piece)

    trailers = tallied(query(request), lambda: [("x-seen", " ".join(seen))])
    return psgi.Response(200, [("trailer", "x-seen")], body(), trailers=trailers)


BODIES = {
    "bytes": b"content",
    "text": "content",
    "list": [b"con", b"tent"],
    "none": None,
    "file": psgi.File(__file__, 3, 7),
}

TRAILERS: dict[str, Trailers] = {
    "pairs": lambda: [("x-a", "1"), (b"x-b", b"2"), ("X-A", "3")],
    "mapping": lambda: {"x-a": "1", b"x-b": b"2"},
    "generator": lambda: ((name, "1") for name in ("x-a", "x-b")),
    "none": lambda: (),
    "content-length": lambda: [("content-length", "7")],
    "transfer-encoding": lambda: [("transfer-encoding", "chunked")],
    "trailer": lambda: [("trailer", "x-a")],
    "host": lambda: [("host", "evil")],
    "bad-name": lambda: [("bad name", "1")],
    "bad-value": lambda: [("x-a", "1\r\nevil: 1")],
    "bad-type": lambda: [("x-a", 1)],
    "bad-shape": lambda: 5,
}


@app.add
async def given(request: psgi.Request) -> psgi.Response:
    """A body and trailers by the names above."""
    body, trailers, name = query(request).split(",")
    asked = tallied(name, TRAILERS[trailers])
    return psgi.Response(200, [], BODIES[body], trailers=asked)


@app.add
async def raises(request: psgi.Request) -> psgi.Response:
    def trailers() -> list[tuple[str, str]]:
        raise ExpectedError(query(request))

    return psgi.Response(200, [], ["content"], trailers=trailers)


@app.add
async def after_a_stream_that_raises(request: psgi.Request) -> psgi.Response:
    async def body() -> AsyncIterator[str]:
        yield "one"
        raise ExpectedError(query(request))

    asked = tallied(query(request), list)
    return psgi.Response(200, [], body(), trailers=asked)


@app.add
async def not_callable(_request: psgi.Request) -> psgi.Response:
    return psgi.Response(200, [], ["content"], trailers=[("x-a", "1")])
