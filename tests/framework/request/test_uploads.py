"""Files of a form: where they are kept, and that they are closed whatever happens."""

import asyncio
import gc
import os
import threading
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from pyre import psgi
from pyre.framework import uploads
from pyre.framework.errors import HTTPError
from pyre.framework.forms import Form
from pyre.framework.request import Request
from pyre.framework.uploads import UploadFile
from support.waiting import PATIENCE

from framework.request.host import App, Host, in_loop
from framework.request.multipart_bodies import CONTENT_TYPE, body, part
from framework.request.splits import bytewise

FILE = part('name="f"; filename="f.bin"', b"0123456789", "Content-Type: a/b")
ON_DISK = {"file_memory": 9}


class Disk:
    """What was opened, on which threads it was worked, and what holds the work up."""

    def __init__(self) -> None:
        self.files: list[SpooledTemporaryFile[bytes]] = []
        self.threads: set[int] = set()
        self.is_free = threading.Event()
        self.is_free.set()
        self.is_busy = threading.Event()

    @property
    def are_all_closed(self) -> bool:
        return all(file.closed for file in self.files)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk()

    class Watched(SpooledTemporaryFile):  # type: ignore[type-arg]
        def __init__(self) -> None:
            super().__init__()
            disk.files.append(self)

        def rollover(self) -> None:
            disk.threads.add(threading.get_ident())
            disk.is_busy.set()
            assert disk.is_free.wait(PATIENCE)
            super().rollover()

        def read(self, *args: int) -> bytes:
            disk.threads.add(threading.get_ident())
            return super().read(*args)

        def seek(self, *args: int) -> int:
            disk.threads.add(threading.get_ident())
            return super().seek(*args)

        def close(self) -> None:
            disk.threads.add(threading.get_ident())
            super().close()

    monkeypatch.setattr(uploads, "SpooledTemporaryFile", Watched)
    yield disk
    gc.collect()
    assert disk.are_all_closed


def host_of(*pieces: Any) -> Host:
    return Host(*pieces, headers=[("content-type", CONTENT_TYPE)])


async def form_of(*pieces: Any, host: Host | None = None, **limits: int) -> Form:
    return await Request(host or host_of(*pieces), App(**limits)).body.form()


def only_file(form: Form) -> UploadFile:
    (value,) = form.values()
    assert isinstance(value, UploadFile)
    return value


@in_loop
async def test_a_file(disk: Disk) -> None:
    host = host_of(body(FILE))
    file = only_file(await form_of(host=host))
    assert (file.filename, file.content_type, file.size) == ("f.bin", "a/b", 10)
    assert file.headers["content-type"] == "a/b"
    assert await file.read(4) == b"0123"
    assert await file.read() == b"456789"
    assert await file.read() == b""
    assert await file.seek(-2, os.SEEK_END) == 8
    assert await file.read() == b"89"
    assert await file.seek(1) == 1
    assert file.file.read(2) == b"12"
    await host.finish()
    assert disk.are_all_closed


@in_loop
async def test_memory_and_disk(disk: Disk) -> None:
    for octets in ([body(FILE)], bytewise(body(FILE))):
        for limits, is_on_disk in (
            ({"file_memory": 10}, False),
            ({"file_memory": 9}, True),
            ({"file_memory": 0}, True),
            ({"form_memory": 10}, False),
            ({"form_memory": 9}, True),
        ):
            host = host_of(*octets)
            file = only_file(await form_of(host=host, **limits))
            assert file.is_on_disk == is_on_disk
            assert await file.read() == b"0123456789"
            assert await file.seek(3) == 3
            assert await file.read(2) == b"34"
            await host.finish()
            assert disk.are_all_closed


@in_loop
async def test_the_memory_is_that_of_all_files_and_fields(disk: Disk) -> None:
    small = part('name="f"; filename="g"', b"0123")
    host = host_of(body(part('name="a"', b"01"), small, FILE, small, small))
    form = await form_of(host=host, form_memory=10)
    places = [file.is_on_disk for file in form.getall("f") if isinstance(file, UploadFile)]
    assert places == [False, True, False, True]
    await host.finish()
    assert disk.are_all_closed


@in_loop
async def test_a_file_that_is_larger_than_what_is_written_at_once(disk: Disk) -> None:
    content = os.urandom(1_000_000)
    octets = body(part('name="f"; filename="g"', content))
    pieces = [octets[place : place + 60_000] for place in range(0, len(octets), 60_000)]
    host = host_of(*pieces)
    file = only_file(await form_of(host=host, file_memory=300_000))
    assert file.is_on_disk
    assert await file.read() == content
    await host.finish()
    assert disk.are_all_closed


@in_loop
async def test_the_disk_is_worked_on_threads(disk: Disk) -> None:
    form = await form_of(body(FILE), **ON_DISK)
    assert await only_file(form).read() == b"0123456789"
    await only_file(form).seek(0)
    await form.close()
    assert disk.threads
    assert threading.get_ident() not in disk.threads


@in_loop
async def test_memory_is_worked_on_the_thread_of_the_loop(disk: Disk) -> None:
    form = await form_of(body(FILE))
    assert await only_file(form).read() == b"0123456789"
    await only_file(form).seek(0)
    await form.close()
    assert disk.threads == {threading.get_ident()}


@in_loop
async def test_the_loop_turns_while_the_disk_is_worked(disk: Disk) -> None:
    disk.is_free.clear()
    reading = asyncio.create_task(form_of(body(FILE), **ON_DISK))
    await asyncio.to_thread(disk.is_busy.wait)
    assert not reading.done()
    disk.is_free.set()
    await (await reading).close()


@in_loop
async def test_a_form_may_be_closed_early_and_twice(disk: Disk) -> None:
    for limits in ({}, ON_DISK):
        host = host_of(body(FILE))
        form = await form_of(host=host, **limits)
        await form.close()
        assert disk.are_all_closed
        with pytest.raises(ValueError, match="closed file"):
            await only_file(form).read()
        await host.finish()


@in_loop
async def test_a_form_without_files_leaves_nothing_to_be_done(disk: Disk) -> None:
    host = host_of(body(part('name="a"', b"b"), part('name="f"; filename=""')))
    await form_of(host=host)
    assert not host.has_afterwards
    assert disk.are_all_closed


@in_loop
async def test_after_the_response_there_are_no_files(disk: Disk) -> None:
    host = host_of(body(FILE))
    await host.finish()
    with pytest.raises(RuntimeError, match="the response is complete"):
        await form_of(host=host)
    assert disk.are_all_closed


BROKEN_OFF = body(FILE, FILE).removesuffix(b"6789\r\n" + body())


@in_loop
@pytest.mark.parametrize("limits", [{}, ON_DISK], ids=["memory", "disk"])
@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([BROKEN_OFF], HTTPError),
        ([body(FILE, b"malformed")], HTTPError),
        ([BROKEN_OFF, psgi.Disconnected()], psgi.Disconnected),
        ([BROKEN_OFF, psgi.BodyError(400)], psgi.BodyError),
        ([BROKEN_OFF, OSError("of the host")], OSError),
    ],
)
async def test_what_goes_wrong_closes_everything(
    disk: Disk, pieces: list[Any], error: type[Exception], limits: dict[str, int]
) -> None:
    with pytest.raises(error) as raised:
        await form_of(*pieces, **limits)
    assert len(disk.files) >= 1
    assert disk.are_all_closed
    assert raised  # which holds on to the frames, and so to whatever they have


@in_loop
async def test_a_limit_closes_everything(disk: Disk) -> None:
    with pytest.raises(HTTPError, match="more than 1 files"):
        await form_of(body(FILE, FILE), files=1, **ON_DISK)
    assert disk.are_all_closed


@in_loop
@pytest.mark.parametrize("limits", [{}, ON_DISK], ids=["memory", "disk"])
async def test_a_cancellation_while_the_peer_is_awaited(disk: Disk, limits: dict[str, int]) -> None:
    host = host_of(BROKEN_OFF, asyncio.Event())
    reading = asyncio.create_task(form_of(host=host, **limits))
    await host.waiting.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert len(disk.files) == 2
    assert disk.are_all_closed


@in_loop
async def test_a_cancellation_while_the_disk_is_worked(disk: Disk) -> None:
    disk.is_free.clear()
    reading = asyncio.create_task(form_of(body(FILE), **ON_DISK))
    await asyncio.to_thread(disk.is_busy.wait)
    for _ in range(3):
        reading.cancel()
        await asyncio.sleep(0)
    assert not reading.done()  # the file is still written to
    disk.is_free.set()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert disk.are_all_closed


@in_loop
async def test_a_disk_that_is_full(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_file: object, _octets: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(UploadFile, "_append_to_disk", fail)
    with pytest.raises(OSError, match="No space left"):
        await form_of(body(FILE), **ON_DISK)
    assert disk.are_all_closed


@in_loop
async def test_a_request_that_is_broken_off(disk: Disk) -> None:
    """The host calls nothing then; the file is closed when nobody has it any more."""
    form = await form_of(body(FILE), **ON_DISK)
    assert not disk.are_all_closed
    del form
    gc.collect()
    assert disk.are_all_closed


@in_loop
async def test_a_coroutine_that_is_thrown_away(disk: Disk) -> None:
    reading = form_of(BROKEN_OFF, asyncio.Event())
    reading.send(None)
    reading.close()
    assert len(disk.files) == 2
    assert disk.are_all_closed
