"""Files under ``to_asgi``: in the best way that the server announces."""

import asyncio
import os
import threading
from pathlib import Path

import pytest
from pyre import psgi
from pyre.psgi.asgi_host import file_content

from psgi_python.asgi_server import LAST, AsgiServer, in_loop, until

DIGITS = b"0123456789"

PATH_SEND = {"http.response.pathsend": {}}
ZERO_COPY = {"http.response.zerocopysend": {}}

PIECE = 65536


@pytest.fixture
def digits(tmp_path):
    path = tmp_path / "digits"
    path.write_bytes(DIGITS)
    return path


@pytest.fixture(autouse=True)
def no_descriptor_is_left_open():
    before = descriptors()
    yield
    assert descriptors() == before


def descriptors():
    return sorted(path.name for path in Path("/dev/fd").iterdir())


class Server(AsgiServer):
    """Reads what it is told to send when it is told so, as servers do."""

    async def send(self, message):
        if message["type"] == "http.response.zerocopysend":
            octets = os.pread(message["file"].fileno(), message["count"], message["offset"])
            message = {**message, "body": octets}
        await super().send(message)


async def answered(file, *, method="GET", **extensions):
    server = Server(
        psgi.to_asgi(lambda _: psgi.Response(body=file)), method=method, extensions=extensions
    )
    await server.run(LAST)
    return server


@in_loop
@pytest.mark.parametrize("extensions", [PATH_SEND, PATH_SEND | ZERO_COPY])
@pytest.mark.parametrize("count", [None, 10])
async def test_a_whole_file_is_sent_by_its_path(digits, monkeypatch, extensions, count):
    monkeypatch.chdir(digits.parent)
    server = await answered(psgi.File("digits", 0, count), **extensions)
    assert server.sent[1] == {"type": "http.response.pathsend", "path": str(digits)}
    assert dict(server.headers)[b"content-length"] == b"10"


@in_loop
@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [(3, None, DIGITS[3:]), (3, 4, DIGITS[3:7]), (0, 4, DIGITS[:4])],
)
@pytest.mark.parametrize("extensions", [{}, PATH_SEND, ZERO_COPY, PATH_SEND | ZERO_COPY])
async def test_a_part_of_a_file(digits, offset, count, expected, extensions):
    server = await answered(psgi.File(digits, offset, count), **extensions)
    assert server.body == expected
    assert dict(server.headers)[b"content-length"] == b"%d" % len(expected)
    is_zero_copy = "http.response.zerocopysend" in server.types
    assert is_zero_copy == ("http.response.zerocopysend" in extensions)
    assert server.is_complete


@in_loop
@pytest.mark.parametrize("extensions", [{}, PATH_SEND | ZERO_COPY])
@pytest.mark.parametrize("is_number", [True, False])
async def test_the_position_of_a_descriptor_is_neither_used_nor_changed(
    digits, extensions, is_number
):
    with digits.open("rb") as opened:
        opened.read(2)
        position = os.lseek(opened.fileno(), 5, os.SEEK_SET)
        server = await answered(psgi.File(opened.fileno() if is_number else opened), **extensions)
        assert server.body == DIGITS
        assert os.lseek(opened.fileno(), 0, os.SEEK_CUR) == position


@in_loop
@pytest.mark.parametrize("part", [(0, 0), (10,), (10, 0)])
@pytest.mark.parametrize("extensions", [{}, PATH_SEND | ZERO_COPY])
async def test_nothing_of_a_file(digits, part, extensions):
    server = await answered(psgi.File(digits, *part), **extensions)
    assert (server.body, dict(server.headers)[b"content-length"]) == (b"", b"0")
    assert server.types == ["http.response.start", "http.response.body"]


@in_loop
async def test_head(digits):
    server = await answered(psgi.File(digits), method="HEAD", **PATH_SEND)
    assert server.types == ["http.response.start", "http.response.body"]
    assert dict(server.headers)[b"content-length"] == b"10"


@in_loop
async def test_pieces(tmp_path):
    path = tmp_path / "large"
    content = os.urandom(3 * PIECE + 5)
    path.write_bytes(content)
    server = await answered(psgi.File(path, 1))
    assert server.body == content[1:]
    sizes = [len(message["body"]) for message in server.sent[1:]]
    assert sizes == [PIECE, PIECE, PIECE, 4]


@in_loop
async def test_a_file_is_read_on_another_thread(digits, monkeypatch):
    threads = []
    read_at = file_content._read_at  # noqa: SLF001 - what is called on the thread

    def watched(*args):
        threads.append(threading.current_thread())
        return read_at(*args)

    monkeypatch.setattr(file_content, "_read_at", watched)
    await answered(psgi.File(digits))
    assert threads
    assert threading.main_thread() not in threads


@in_loop
@pytest.mark.parametrize(
    ("part", "message"),
    [((0, 11), "has 10 octets, and not the 11"), ((11,), "has 10 octets, and not the 11")],
)
async def test_a_part_that_the_file_has_not(digits, part, message):
    with pytest.raises(ValueError, match=message):
        await answered(psgi.File(digits, *part))


@in_loop
@pytest.mark.parametrize("kind", ["directory", "pipe", "device"])
async def test_what_is_not_a_regular_file(tmp_path, kind):
    path = tmp_path / kind
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = os.devnull
    with pytest.raises(ValueError, match="is not a regular file"):
        await answered(psgi.File(path))


@in_loop
async def test_what_can_not_be_opened(tmp_path):
    with pytest.raises(FileNotFoundError, match="missing"):
        await answered(psgi.File(tmp_path / "missing"))
    with pytest.raises(OSError, match="Bad file descriptor"):
        await answered(psgi.File(10_000))


@in_loop
async def test_a_file_that_becomes_shorter(digits, monkeypatch):
    monkeypatch.setattr(file_content, "_read_at", lambda *_: b"")
    with pytest.raises(ValueError, match="shorter than 10"):
        await answered(psgi.File(digits))


@in_loop
async def test_an_error_about_a_file_is_not_a_peer_that_has_left(digits):
    class Refusing(AsgiServer):
        async def send(self, message):
            if message["type"] == "http.response.pathsend":
                raise PermissionError(13, "Permission denied", message["path"])

    server = Refusing(psgi.to_asgi(lambda _: psgi.Response(body=psgi.File(digits))))
    server.scope["extensions"] = PATH_SEND
    with pytest.raises(PermissionError):
        await server.run(LAST)


@in_loop
async def test_a_cancellation_waits_until_the_thread_has_read(digits, monkeypatch):
    """Otherwise it could read from a descriptor that is another file's by then."""
    began, goes_on = threading.Event(), threading.Event()
    read_at = file_content._read_at  # noqa: SLF001 - what is called on the thread
    found = []

    def slow(*args):
        began.set()
        goes_on.wait()
        found.append(read_at(*args))
        return found[0]

    monkeypatch.setattr(file_content, "_read_at", slow)
    server = Server(psgi.to_asgi(lambda _: psgi.Response(body=psgi.File(digits))))
    task = server.start()
    await asyncio.to_thread(began.wait)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert found == [DIGITS]


@in_loop
async def test_the_peer_leaves_between_two_pieces(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(3 * PIECE))
    server = Server(psgi.to_asgi(lambda _: psgi.Response(body=psgi.File(path))), takes=2)
    task = server.start()
    await asyncio.to_thread(lambda: None)
    while len(server.sent) < 2:
        await asyncio.to_thread(lambda: None)
    server.leave()
    await task
    assert len(server.body) == PIECE
    await until(task.done)
