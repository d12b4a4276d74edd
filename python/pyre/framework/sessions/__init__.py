"""Sessions: what an app remembers of a visitor, in a signed cookie or in a store.

``App.sessions`` has an app remember its visitors, and ``Request.session`` is what it remembers.

    app.sessions(secrets=[newest, older])

    @app.endpoint("/visits")
    async def visits(session: Session) -> int:
        session["visits"] = session.get("visits", 0) + 1
        return session["visits"]
"""

from pyre.framework.sessions.memory import MemoryStore
from pyre.framework.sessions.redis_store import RedisStore
from pyre.framework.sessions.session import Session
from pyre.framework.sessions.store import SessionStore

__all__ = ["MemoryStore", "RedisStore", "Session", "SessionStore"]
