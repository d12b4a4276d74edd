"""The application: ``pyre notes.main:app --app-dir examples``, then http://127.0.0.1:8000/."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from pyre.framework import App, CallNext, HTTPError, Request, Response

from notes import settings
from notes.changes import Changes
from notes.database import Conflict, Database, Missing
from notes.files import Files


@asynccontextmanager
async def lifespan(app: App) -> AsyncGenerator[None]:
    """Have the database open while the server serves."""
    app.state.database.open()
    try:
        yield
    finally:
        app.state.database.close()


async def hardened(request: Request, call_next: CallNext) -> Response:
    """Have browsers run our own scripts only, and take no file for something else."""
    response = await call_next(request)
    policy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
    response.headers.setdefault("content-security-policy", policy)
    response.headers.setdefault("x-content-type-options", "nosniff")
    return response


app = App(lifespan=lifespan, middleware=[hardened])

data = settings.data_directory()
app.state.database = Database(data / "notes.sqlite")
app.state.files = Files(data / "files")
app.state.changes = Changes()

app.sessions(secrets=settings.secrets(data), store=settings.store())
app.openapi("Notes", description="A notebook for several people.")
app.static("/", Path(__file__).parent / "front", cache_control="no-cache")


@app.error(Missing)
async def is_missing(request: Request, error: Missing) -> None:
    """Whatever an endpoint has asked the database for is not there."""
    raise HTTPError(404, str(error))


@app.error(Conflict)
async def is_refused(request: Request, error: Conflict) -> None:
    """What the database has is in the way."""
    raise HTTPError(409, str(error))


for name in ("people", "notebook", "attachments", "live", "statistics", "admin"):
    app.load(f"notes.{name}")
