"""Sessions in stores: what a store does, and what requests at the same time do to each other."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from apps.framework_sessions import SECRET, site
from pyre.framework import App, Blueprint, CallNext, Request, Response, Session, endpoint
from pyre.framework.responses import TemplateResponse
from pyre.framework.sessions import MemoryStore, RedisStore, SessionStore
from pyre.framework.testing import TestClient

from framework.sessions.clients import cookie, cookies, serving, values
from framework.sessions.conftest import MakeStore, Redis
from framework.testing.loop import in_loop


@in_loop
async def test_a_store_keeps_and_forgets(make_store: Callable[[], SessionStore]) -> None:
    store = make_store()
    assert await store.get("key") is None
    assert not await store.set("key", b"not there", 100, existing=True)
    assert await store.get("key") is None
    assert await store.set("key", b"1", 100, existing=False)
    assert await store.set("key", b"\x00\xff", 100, existing=True)
    assert await store.get("key") == b"\x00\xff"
    assert await store.get("other") is None
    assert await store.delete("key") is True
    assert await store.delete("key") is False
    assert await store.get("key") is None
    await store.close()


@in_loop
async def test_a_store_may_be_used_after_it_was_closed(
    make_store: Callable[[], SessionStore],
) -> None:
    store = make_store()
    await store.set("key", b"1", 100, existing=False)
    await store.close()
    assert await store.get("key") == b"1"
    await store.close()


def test_an_app_starts_again_in_another_loop(make_store: Callable[[], SessionStore]) -> None:
    app = site(make_store())
    kept: dict[str, str] = {}

    @in_loop
    async def visit(number: int) -> None:
        async with app.test_client() as client:
            response = await client.get("/visits", headers=kept)
            assert response.json() == number
            kept.update(cookies(response))

    for number in (1, 2, 3):
        visit(number)


@in_loop
async def test_a_visitor_is_remembered(make_any: MakeStore) -> None:
    async with serving(make_any()) as client:
        assert [(await client.get("/visits")).json() for _ in range(3)] == [1, 2, 3]
        for _ in range(2):
            await client.get("/deep")
        assert await values(client) == {"visits": 3, "deep": {"er": [0, 1]}}
        await client.post("/cleared")
        assert await values(client) == {}


@in_loop
async def test_layers_errors_and_threads_have_it(make_any: MakeStore) -> None:
    async with serving(make_any()) as client:
        for number in ("1", "2"):
            assert (await client.get("/layered/values/7")).headers["passed"] == number
            assert (await client.get("/raises/key")).text == number
            assert (await client.get("/thread")).text == number
            async with client.websocket("/live") as websocket:
                assert await websocket.receive() == number


@in_loop
async def test_of_a_store_there_is_but_a_key_in_the_cookie(
    make_store: Callable[[], SessionStore],
) -> None:
    async with serving(make_store()) as client:
        assert (await client.get("/large/100000")).status_code == 204
        assert len((await values(client))["large"]) == 100_000
        assert len(cookie(await client.get("/visits")) or "") < 100


@in_loop
async def test_renewing_gives_another_key_and_ends_the_old_one(
    make_store: Callable[[], SessionStore],
) -> None:
    async with serving(make_store()) as client:
        old = cookies(await client.get("/visits"))
        new = cookies(await client.post("/renewed"))
        assert old != new
        client.cookies.clear()
        answers = [(await client.get("/session", headers=each)).json() for each in (old, new)]
        assert [each["values"] for each in answers] == [{}, {"visits": 1}]


@in_loop
async def test_what_is_begun_after_clearing_has_another_key(
    make_store: Callable[[], SessionStore],
) -> None:
    async with serving(make_store()) as client:
        old = cookies(await client.get("/visits"))
        await client.post("/begun-anew")
        assert await values(client) == {"begun": "anew"}
        client.cookies.clear()
        assert (await client.get("/session", headers=old)).json()["is_new"]


@in_loop
async def test_a_change_keeps_the_key(make_store: Callable[[], SessionStore]) -> None:
    async with serving(make_store()) as client:
        keys = {(cookie(await client.get("/visits")) or "").split(".")[1] for _ in range(3)}
        assert len(keys) == 1


def change(session: Session) -> None:
    session["slow"] = True


def renew(session: Session) -> None:
    change(session)
    session.renew()


def begin_anew(session: Session) -> None:
    session.clear()
    change(session)


@asynccontextmanager
async def overtaken(
    store: SessionStore, act: Callable[[Session], None], ending: str
) -> AsyncIterator[tuple[TestClient, dict[str, str], httpx.Response]]:
    """A request acts on a session, another ends it, and then the first is answered.

    Gives the cookie that both came with, the answer, and a client that has forgotten its own.
    """
    app, has_begun, may_end = site(store), asyncio.Event(), asyncio.Event()

    @app.endpoint("/slow")
    async def slow(session: Session) -> None:
        act(session)
        has_begun.set()
        await may_end.wait()

    async with app.test_client() as client:
        old = cookies(await client.get("/visits"))
        request = asyncio.create_task(client.get("/slow", headers=old))
        await has_begun.wait()
        await client.post(ending)
        may_end.set()
        response = await request
        client.cookies.clear()
        yield client, old, response


@pytest.mark.parametrize("ending", ["/cleared", "/renewed"])
@pytest.mark.parametrize("act", [change, renew, Session.clear])
def test_a_slow_request_does_not_bring_back_what_was_ended(
    make_store: Callable[[], SessionStore], ending: str, act: Callable[[Session], None]
) -> None:
    @in_loop
    async def check() -> None:
        async with overtaken(make_store(), act, ending) as (client, old, response):
            assert response.status_code == 204
            assert cookie(response) is None
            assert (await client.get("/session", headers=old)).json()["is_new"]

    check()


def test_what_a_slow_request_begins_anew_is_kept(make_store: Callable[[], SessionStore]) -> None:
    @in_loop
    async def check() -> None:
        async with overtaken(make_store(), begin_anew, "/cleared") as (client, _, response):
            new = await client.get("/session", headers=cookies(response))
            assert new.json()["values"] == {"slow": True}

    check()


@in_loop
async def test_sessions_of_others_are_not_asked_for(redis: Redis) -> None:
    async with serving(RedisStore(redis.url)) as client:
        for value in ["", "x", "1.x.y", "session:key"]:
            await client.get("/session", headers={"cookie": f"session={value}"})
        assert b"cmdstat_get:" not in redis.ask("INFO", "commandstats")
        await client.get("/visits")
        await client.get("/visits")
        assert b"cmdstat_get:calls=1," in redis.ask("INFO", "commandstats")


@in_loop
async def test_a_session_that_is_gone_is_asked_for_once(redis: Redis) -> None:
    async def passing(request: Request, call_next: CallNext) -> Response:
        return await call_next(request)

    app = App(middleware=[passing])
    app.sessions(secrets=[SECRET], store=RedisStore(redis.url))

    @app.endpoint("/visits")
    async def visits(session: Session) -> None:
        session["visits"] = session.get("visits", 0) + 1

    async with app.test_client() as client:
        await client.get("/visits")
        redis.ask("FLUSHALL")
        await client.get("/visits")
        assert b"cmdstat_get:calls=1," in redis.ask("INFO", "commandstats")


@in_loop
async def test_redis_forgets_by_itself(redis: Redis) -> None:
    async with serving(RedisStore(redis.url, prefix="shop:"), max_age=100) as client:
        key = (cookie(await client.get("/visits")) or "").split(".")[1]
    seconds = int(redis.ask("TTL", f"shop:{key}").strip(b":\r\n"))
    assert 90 <= seconds <= 100


@in_loop
async def test_a_client_that_is_given_remains_open(redis: Redis) -> None:
    from redis.asyncio import Redis as Client  # noqa: PLC0415 - an extra

    client = Client.from_url(redis.url)
    store = RedisStore(client)
    await store.set("key", b"1", 100, existing=False)
    await store.close()
    assert await client.get("session:key") == b"1"
    await client.aclose()


@in_loop
async def test_entries_that_are_no_session(redis: Redis) -> None:
    async with serving(RedisStore(redis.url)) as client:
        key = (cookie(await client.get("/visits")) or "").split(".")[1]
        for entry in ["7", "[]", "{", "[" * 50_000]:
            redis.ask("SET", f"session:{key}", entry)
            assert (await client.get("/session")).json()["is_new"]


@in_loop
async def test_memory_is_bounded() -> None:
    store = MemoryStore(max_sessions=2)
    for key in ["a", "b"]:
        await store.set(key, key.encode(), 100, existing=False)
    await store.set("a", b"again", 100, existing=True)
    await store.set("c", b"c", 100, existing=False)
    assert len(store) == 2
    assert [await store.get(key) for key in "abc"] == [b"again", None, b"c"]


@in_loop
async def test_memory_forgets_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    await store.set("a", b"a", 10, existing=False)
    await store.set("b", b"b", 10, existing=False)
    start = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: start + 11)
    assert await store.get("a") is None
    assert len(store) == 2  # whoever looks, in whatever thread, takes nothing away
    assert not await store.set("b", b"b", 10, existing=True)
    assert len(store) == 0
    await store.set("c", b"c", 10, existing=False)
    monkeypatch.setattr(time, "monotonic", lambda: start + 22)
    await store.set("d", b"d", 10, existing=False)
    assert len(store) == 1


@in_loop
async def test_memory_is_looked_at_by_a_touch(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    look_up = MemoryStore.look_up

    def counted(store: MemoryStore, key: str) -> bytes | None:
        looked_up.append(key)
        return look_up(store, key)

    monkeypatch.setattr(MemoryStore, "look_up", counted)
    async with serving(MemoryStore()) as client:
        await client.get("/visits")
        assert (await client.get("/untouched")).status_code == 200
        assert looked_up == []
        assert (await client.get("/session")).json()["is_new"] is False
        assert len(looked_up) == 1


def test_memory_for_nothing() -> None:
    with pytest.raises(ValueError, match="at least 1, and not 0"):
        MemoryStore(max_sessions=0)


def test_a_url_that_is_none_of_redis() -> None:
    with pytest.raises(ValueError, match="Redis URL must specify"):
        RedisStore("http://localhost")


@pytest.mark.parametrize("path", ["/page", "/layered/page"])
def test_a_template_may_be_the_first_to_touch_it(
    make_any: MakeStore, tmp_path: Path, path: str
) -> None:
    (tmp_path / "page.html").write_text("{{ visitor.session.setdefault('seen', 7) }}")
    app = App(templates=tmp_path)
    app.sessions(secrets=[SECRET], store=make_any())

    @app.endpoint("/page")
    async def page(request: Request) -> TemplateResponse:
        return TemplateResponse("page.html", {"visitor": request})

    class Layered(Blueprint, prefix="/layered"):
        @endpoint("/page")
        async def page(self, request: Request) -> TemplateResponse:
            return TemplateResponse("page.html", {"visitor": request})

    async def passing(request: Request, call_next: CallNext) -> Response:
        return await call_next(request)

    Layered.middleware = [passing]
    app.add_blueprint(Layered())

    @in_loop
    async def check() -> None:
        async with app.test_client() as client:
            response = await client.get(path)
            assert (response.text, response.headers["vary"]) == ("7", "cookie")
            assert cookie(response)
            assert cookie(await client.get(path)) is None

    check()
