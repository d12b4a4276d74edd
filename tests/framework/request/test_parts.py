"""Parts of a multipart body as they arrive."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre import psgi
from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.request import Request

from framework.request.host import App, Host, at_once, in_loop, request_for, until
from framework.request.multipart_bodies import BROKEN, CONTENT_TYPE, body, damaged, part
from framework.request.splits import pieces_of

A = part('name="a"', b"12345", "Content-Type: text/plain; charset=iso-8859-1", "X-A: \xe9")
B = part('name="b"; filename="dir/c.txt"', b"content")


def parts_of(*parts: bytes, **limits: int):
    return request_for(body(*parts), content_type=CONTENT_TYPE, **limits).body.multipart()


async def taken(parts) -> list[tuple[str, str | None, bytes]]:
    return [(part.name, part.filename, await part.read()) async for part in parts]


def test_what_a_part_is_called() -> None:
    parts = parts_of(A, B)
    first = at_once(anext(parts))
    assert (first.name, first.filename) == ("a", None)
    assert first.content_type == "text/plain; charset=iso-8859-1"
    assert first.headers["x-a"] == "\xc3\xa9"  # as of a request, by Latin-1
    assert repr(first) == "<Part 'a' filename=None>"
    second = at_once(anext(parts))
    assert (second.name, second.filename, second.content_type) == ("b", "c.txt", None)
    with pytest.raises(StopAsyncIteration):
        at_once(anext(parts))
    with pytest.raises(StopAsyncIteration):
        at_once(anext(parts))


def test_what_is_not_read_is_skipped() -> None:
    async def second() -> bytes:
        parts = parts_of(A, A, B)
        await anext(parts)
        half_read = await anext(parts)
        await anext(half_read)
        return await (await anext(parts)).read()

    assert at_once(second()) == b"content"


def test_text() -> None:
    octets = part('name="a"', b"\xe9\xff", "Content-Type: text/plain; charset=iso-8859-1")
    assert at_once(at_once(anext(parts_of(octets))).text()) == "éÿ"
    assert at_once(at_once(anext(parts_of(part('name="a"', b"\xe9")))).text()) == "\ufffd"


def test_a_part_ends_once_and_for_all() -> None:
    part = at_once(anext(parts_of(A)))
    assert at_once(part.read()) == b"12345"
    assert at_once(part.read()) == b""
    with pytest.raises(StopAsyncIteration):
        at_once(anext(part))


def test_a_part_that_was_passed() -> None:
    parts = parts_of(A, B)
    first = at_once(anext(parts))
    at_once(anext(parts))
    with pytest.raises(RuntimeError, match="before the next one is asked for"):
        at_once(first.read())


def test_the_last_part_after_the_end() -> None:
    parts = parts_of(A)
    last = at_once(anext(parts))
    with pytest.raises(StopAsyncIteration):
        at_once(anext(parts))
    with pytest.raises(RuntimeError, match="before the next one is asked for"):
        at_once(last.read())


def test_a_part_comes_before_its_content() -> None:
    octets = body(A)
    place = octets.index(b"12345")
    request = request_for(
        octets[:place], octets[place : place + 2], psgi.Disconnected(), content_type=CONTENT_TYPE
    )

    async def read() -> None:
        part = await anext(request.body.multipart())
        assert part.name == "a"
        assert await anext(part) == b"12"
        await anext(part)

    with pytest.raises(psgi.Disconnected):
        at_once(read())


def test_the_limit_of_read() -> None:
    for limits, argument, is_enough in (
        ({"body": 5}, None, True),
        ({"body": 4}, None, False),
        ({"body": 4}, 5, True),
        ({}, 4, False),
    ):
        part = at_once(anext(parts_of(A, **limits)))
        if is_enough:
            assert at_once(part.read(argument)) == b"12345"
        else:
            with pytest.raises(HTTPError, match="The part 'a' is longer than 4 octets") as raised:
                at_once(part.read(argument))
            assert raised.value.status == 413


def test_limits_of_its_own() -> None:
    octets = body(A, B)
    limits = Limits(multipart=len(octets), parts=2)
    request = request_for(octets, content_type=CONTENT_TYPE, multipart=0, parts=0)
    assert len(at_once(taken(request.body.multipart(limits)))) == 2


def test_parts_have_no_limit_but_that_of_the_whole() -> None:
    """Who takes them as they arrive keeps nothing of them."""
    octets = body(A, B)
    parts = parts_of(A, B, multipart=len(octets), files=0, field_size=0, form_memory=0)
    assert [part.name for part in at_once(all_of(parts))] == ["a", "b"]


async def all_of(parts) -> list:
    return [part async for part in parts]


def test_what_is_wrong_stays_wrong() -> None:
    parts = parts_of(A, b"malformed")
    at_once(anext(parts))
    for _ in range(2):
        with pytest.raises(HTTPError, match="is malformed"):
            at_once(anext(parts))


@given(st.data(), BROKEN | damaged())
def test_any_octets_in_any_pieces_have_one_result(data: st.DataObject, octets: bytes) -> None:
    def result(pieces: list[bytes]) -> object:
        request = request_for(*pieces, content_type=CONTENT_TYPE, parts=3, body=20)
        try:
            return at_once(taken(request.body.multipart()))
        except HTTPError as error:
            return error.status, error.detail

    assert result(data.draw(pieces_of(octets))) == result([octets])


@in_loop
async def test_it_goes_on_after_a_cancellation() -> None:
    rest_comes = asyncio.Event()
    octets = body(A)
    place = octets.index(b"345")
    host = Host(
        octets[:place], rest_comes, octets[place:], headers=[("content-type", CONTENT_TYPE)]
    )
    part = await anext(Request(host, App()).body.multipart())
    assert await anext(part) == b"12"
    reading = asyncio.create_task(anext(part))
    await until(host.waiting.is_set)
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled()
    rest_comes.set()
    assert await part.read() == b"345"
