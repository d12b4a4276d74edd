"""What an endpoint may return."""

import enum
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import msgspec
import pytest
from pyre import psgi
from pyre.framework.responses import JSONResponse, Response, respond, to_psgi_directly

from framework.responses.exchange import App, Request, sent


class Struct(msgspec.Struct):
    a: int


@dataclass
class Data:
    a: int


class Colour(enum.StrEnum):
    RED = "red"


JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"

RESULTS = [
    ("Hello", 200, TEXT, b"Hello"),
    ("", 200, TEXT, b""),
    ("é", 200, TEXT, "é".encode()),
    (Colour.RED, 200, TEXT, b"red"),
    (b"\xff", 200, OCTETS, b"\xff"),
    (bytearray(b"a"), 200, OCTETS, b"a"),
    (memoryview(b"a"), 200, OCTETS, b"a"),
    (None, 204, None, b""),
    ({"a": 1}, 200, JSON, b'{"a":1}'),
    ([1, "a"], 200, JSON, b'[1,"a"]'),
    (("a", 201), 200, JSON, b'["a",201]'),
    (5, 200, JSON, b"5"),
    (False, 200, JSON, b"false"),
    (Struct(1), 200, JSON, b'{"a":1}'),
    (Data(1), 200, JSON, b'{"a":1}'),
    (JSONResponse(1, status=201), 201, JSON, b"1"),
]


@pytest.mark.parametrize(("result", "status", "content_type", "content"), RESULTS)
def test_results(result: object, status: int, content_type: str | None, content: bytes) -> None:
    for response in (
        respond(result).to_psgi(App(), Request()),
        to_psgi_directly(result, App(), Request()),
    ):
        answer = sent(response)
        assert answer.status == status
        assert answer["content-type"] == content_type
        assert answer.content == content


def test_a_response_is_itself() -> None:
    response = Response()
    assert respond(response) is response


async def coroutine() -> None:
    pass


async def asynchronous() -> AsyncIterator[str]:
    yield ""


def plain() -> Iterator[str]:
    yield ""


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (object(), "object"),
        ([object()], "list.*object"),
        (psgi.Response(), "Response.*pyre.framework"),
        (plain(), "generator.*StreamResponse"),
        (asynchronous(), "async_generator.*StreamResponse.*EventStream"),
    ],
)
def test_what_can_not_be_sent_is_named(result: object, words: str) -> None:
    for convert in (respond, lambda each: to_psgi_directly(each, App(), Request())):
        with pytest.raises(TypeError, match=words):
            convert(result)


def test_a_forgotten_await() -> None:
    forgotten = coroutine()
    with pytest.raises(TypeError, match=r"coroutine.*await"):
        respond(forgotten)
    forgotten.close()
