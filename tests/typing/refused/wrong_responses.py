"""What a response can't be made of."""

from collections.abc import AsyncIterator

from pyre import psgi


async def numbers() -> AsyncIterator[int]:
    yield 1


async def texts() -> list[str]:
    return ["text"]


async def trailers() -> list[tuple[str, str]]:
    return [("name", "value")]


psgi.Response("200")  # error
psgi.Response(200.0)  # error
psgi.Response(None)  # error

psgi.Response(200, "name: value")  # error
psgi.Response(200, None)  # error
psgi.Response(200, 5)  # error
psgi.Response(200, [("name", 1)])  # error
psgi.Response(200, [(1, "value")])  # error
psgi.Response(200, [("name", None)])  # error
psgi.Response(200, [("name",)])  # error
psgi.Response(200, [("name", "value", "more")])  # error
psgi.Response(200, ["name", "value"])  # error
psgi.Response(200, {"name": 1})  # error
psgi.Response(200, {"name": ["value"]})  # error

psgi.Response(body=5)  # error
psgi.Response(body=1.5)  # error
psgi.Response(body=object())  # error
psgi.Response(body=[1, 2])  # error
psgi.Response(body=[None])  # error
psgi.Response(body=numbers())  # error
psgi.Response(body=numbers)  # error
psgi.Response(body=texts())  # error
psgi.Response(body=psgi.Response())  # error

psgi.Response(200, [], None, trailers)  # error
psgi.Response(trailers=[("name", "value")])  # error
psgi.Response(trailers=trailers)  # error
psgi.Response(trailers=lambda: [("name", 1)])  # error
psgi.Response(trailers=lambda name: [(name, "value")])  # error
psgi.Response(content="text")  # error

psgi.File(1.5)  # error
psgi.File(None)  # error
psgi.File(b"/a/path")  # error
psgi.File("/a/path", "10")  # error
psgi.File("/a/path", None)  # error
psgi.File("/a/path", 0, 1.5)  # error
psgi.File()  # error

changed = psgi.Response()
changed.status = "200"  # error
changed.headers = 5  # error
changed.body = 5  # error
changed.trailers = 5  # error
changed.content = "text"  # error
