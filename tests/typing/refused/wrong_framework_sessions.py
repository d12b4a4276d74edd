"""Sessions as they are not."""

from pyre.framework import App, Request
from pyre.framework.sessions import MemoryStore


class Forgetful:
    async def get(self, key: str) -> bytes | None:
        return key.encode()


def refused(app: App, request: Request) -> None:
    app.sessions()  # error
    app.sessions(secrets=[7])  # error
    app.sessions(secrets=["a"], store=Forgetful())  # error
    app.sessions(secrets=["a"], store=MemoryStore)  # error
    app.sessions(secrets=["a"], samesite="Lax")  # error
    app.sessions(secrets=["a"], httponly=False)  # error
    request.session[7] = "seven"  # error
    request.session = {}  # error
