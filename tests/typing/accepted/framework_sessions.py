"""Sessions: stores of one's own, and options of the cookie."""

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from pyre.framework import App, Request, Session, WebSocket
from pyre.framework.sessions import MemoryStore, RedisStore, SessionStore


class Shelves:
    """A store that is none of ours."""

    async def get(self, key: str) -> bytes | None:
        return key.encode()

    async def set(self, key: str, octets: bytes, ttl: int, *, existing: bool) -> bool:
        return bool(key and octets and ttl) or existing

    async def delete(self, key: str) -> bool:
        return bool(key)

    async def close(self) -> None: ...


def app(store: SessionStore | None) -> App:
    app = App()
    app.sessions(["secret", b"older"], store, max_age=60, name="shop", timeout=0.5)
    app.sessions(
        secrets=["secret"],
        max_age=timedelta(days=1),
        secure=True,
        samesite="strict",
        prefix="host",
        path="/",
        domain=None,
        partitioned=True,
    )
    return app


apps = [app(None), app(Shelves()), app(MemoryStore(7)), app(RedisStore("redis://localhost"))]


def touch(request: Request, websocket: WebSocket) -> MutableMapping[str, Any]:
    request.session["a"] = {"b": [None]}
    request.session.setdefault("n", 0)
    websocket.session.renew()
    session: Session = request.session
    session.clear()
    return session
