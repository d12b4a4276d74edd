"""Scenarios about the body of a request: each reports how far it is, so that the test can go on."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psgi_scenarios import Scenarios, query
from pyre import psgi

app = Scenarios()


def text(value: object) -> psgi.Response:
    return psgi.Response(body=repr(value))


@app.add
async def read(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=await request.read())


@app.add
async def read_twice(request: psgi.Request) -> psgi.Response:
    app.report("reads", None)
    first = await request.read()
    return text((await request.read() is first, type(first) is bytes, first))


@app.add
async def read_after_a_while(request: psgi.Request) -> psgi.Response:
    """Ask for the body when it has arrived already."""
    app.report("waits", None)
    await app.gate("read")
    return psgi.Response(body=await request.read())


@app.add
async def limits(request: psgi.Request) -> psgi.Response:
    """Read with each limit of the query in turn, and report what came of it."""
    found: list[int | str] = []
    for limit in query(request).split(","):
        found.append(await outcome(request, None if limit == "none" else int(limit)))
        app.report(f"limit-{limit}", found[-1])
    return text(found)


async def outcome(request: psgi.Request, limit: int | None) -> int | str:
    try:
        return len(await request.read(limit))
    except psgi.BodyError as error:
        return f"refused {error.status}"


@app.add
async def limited(request: psgi.Request) -> psgi.Response:
    """Let the refusal escape."""
    return psgi.Response(body=await request.read(limit=int(query(request))))


@app.add
async def refused_by_the_application(request: psgi.Request) -> psgi.Response:
    raise psgi.BodyError(int(query(request)))


@app.add
async def answered_after_a_limit(request: psgi.Request) -> psgi.Response:
    try:
        await request.read(limit=1)
    except psgi.BodyError as error:
        return psgi.Response(error.status, body="in its own words")
    return text("not refused")


@app.add
async def pieces(request: psgi.Request) -> psgi.Response:
    """Report each piece as it arrives."""
    found = []
    async for piece in request:
        found.append(piece)
        app.report(f"piece-{len(found)}", piece)
    return text((found, {type(piece).__name__ for piece in found} <= {"bytes"}))


@app.add
async def resumed(request: psgi.Request) -> psgi.Response:
    """Stop after the first piece, and go on with another loop."""
    found = []
    async for piece in request:
        found.append(piece)
        break
    app.report("first", found[0])
    found += [piece async for piece in request]
    again = [piece async for piece in request]
    return text((b"".join(found), again))


@app.add
async def next_by_next(request: psgi.Request) -> psgi.Response:
    """Ask for each piece by an iterator of its own."""
    found = b""
    while piece := await anext(aiter(request), b""):
        found += piece
    return text(found)


@app.add
async def read_after_iteration(request: psgi.Request) -> psgi.Response:
    async for _ in request:
        break
    return await read_refused(request)


@app.add
async def read_after_whole_iteration(request: psgi.Request) -> psgi.Response:
    async for _ in request:
        pass
    return await read_refused(request)


async def read_refused(request: psgi.Request) -> psgi.Response:
    try:
        body = await request.read()
    except RuntimeError:
        return text("RuntimeError")
    return text(body)


@app.add
async def iteration_after_read(request: psgi.Request) -> psgi.Response:
    body = await request.read()
    once = [piece async for piece in request]
    again = [piece async for piece in request]
    return text((body, once, again))


@app.add
async def iteration_then_read_after_read(request: psgi.Request) -> psgi.Response:
    """What was kept is not gone by an iteration."""
    await request.read()
    async for _ in request:
        pass
    return await read_refused(request)


@app.add
async def iteration_after_a_limit(request: psgi.Request) -> psgi.Response:
    """What was read before the refusal is not lost for an iteration."""
    found = await outcome(request, 1)
    app.report("refused", None)
    return text((found, b"".join([piece async for piece in request])))


@app.add
async def cancelled_read(request: psgi.Request) -> psgi.Response:
    """Cancel a task that reads when the test says so, then read in this one."""
    await cancelled(asyncio.ensure_future(request.read()))
    return psgi.Response(body=await request.read())


@app.add
async def cancelled_iteration(request: psgi.Request) -> psgi.Response:
    async def rest() -> bytes:
        return b"".join([piece async for piece in request])

    await cancelled(asyncio.ensure_future(anext(aiter(request))))
    return psgi.Response(body=await rest())


async def cancelled(reader: asyncio.Future[bytes]) -> None:
    await asyncio.sleep(0)
    app.report("reads", None)
    await app.gate("cancel")
    reader.cancel()
    await asyncio.wait([reader])
    assert reader.cancelled()
    app.report("cancelled", None)


@app.add
async def impatient(request: psgi.Request) -> psgi.Response:
    """Read with a time limit that keeps expiring."""
    while True:
        try:
            async with asyncio.timeout(0.001):
                return psgi.Response(body=await request.read())
        except TimeoutError:
            app.tally["impatient"] += 1


@app.add
async def unread(_request: psgi.Request) -> psgi.Response:
    return psgi.Response(body="unread")


@app.add
async def digest(request: psgi.Request) -> psgi.Response:
    found = hashlib.sha256()
    async for piece in request:
        found.update(piece)
        app.tally["largest-piece"] = max(app.tally["largest-piece"], len(piece))
    return psgi.Response(body=found.hexdigest())


@app.add
async def digest_at_once(request: psgi.Request) -> psgi.Response:
    return psgi.Response(body=hashlib.sha256(await request.read()).hexdigest())


@app.add
async def digest_after_a_while(request: psgi.Request) -> psgi.Response:
    """Read nothing until the gate opens."""
    app.report("waits", None)
    await app.gate("digest")
    return await digest(request)


@asynccontextmanager
async def waiting_for_the_end(request: psgi.Request) -> AsyncIterator[None]:
    """Wait for the peer to leave meanwhile, which it does not."""
    waiting = asyncio.ensure_future(request.closed())
    await asyncio.sleep(0)
    yield
    waiting.cancel()
    await asyncio.wait([waiting])


@app.add
async def digest_after_a_vain_wait(request: psgi.Request) -> psgi.Response:
    async with waiting_for_the_end(request):
        app.report("waits", None)
        await app.gate("digest")
        return await digest(request)


@app.add
async def unread_after_a_vain_wait(request: psgi.Request) -> psgi.Response:
    async with waiting_for_the_end(request):
        app.report("waits", None)
        await app.gate("unread")
        return psgi.Response(body="unread")


@app.add
async def fault_of_read(request: psgi.Request) -> psgi.Response:
    """Report what reading raises."""
    app.report("begun", None)
    try:
        await request.read()
    except (psgi.Disconnected, psgi.BodyError) as error:
        app.report("fault", described(error))
        app.report("fault-again", described(await fault_again(request)))
    return text("dropped")


async def fault_again(request: psgi.Request) -> BaseException | None:
    try:
        await request.read()
    except (psgi.Disconnected, psgi.BodyError) as error:
        return error
    return None


def described(error: BaseException | None) -> tuple[str, bool, int | None]:
    return (type(error).__name__, isinstance(error, OSError), getattr(error, "status", None))


@app.add
async def fault_of_iteration(request: psgi.Request) -> psgi.Response:
    app.report("begun", None)
    found = b""
    try:
        async for piece in request:
            found += piece
    except (psgi.Disconnected, psgi.BodyError) as error:
        app.report("fault", described(error))
        app.report("found", found)
    return text("dropped")


@app.add
async def fault_that_escapes(request: psgi.Request) -> psgi.Response:
    """Let it escape, as most applications do."""
    app.report("begun", None)
    try:
        return psgi.Response(body=await request.read())
    finally:
        app.report("over", None)


@app.add
async def fault_that_escapes_from_a_group(request: psgi.Request) -> psgi.Response:
    app.report("begun", None)
    try:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(request.read())
    finally:
        app.report("over", None)
    return psgi.Response(body=reading.result())


@app.add
async def trailers(request: psgi.Request) -> psgi.Response:
    before = list(request.trailers.items())
    body = await request.read()
    return text((before, body, list(request.trailers.items())))


@app.add
async def echo_stream(request: psgi.Request) -> psgi.Response:
    """Read while the response is sent."""
    return psgi.Response(body=request)
