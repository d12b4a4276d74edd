import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyre.framework import App, Request, Response, responses

from framework.loading.gates import Gate
from framework.loading.sources import Sources


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sources]:
    """Modules that the test writes; they are imported as those of any application."""
    directory = tmp_path / "sources"
    directory.mkdir()
    monkeypatch.setattr(sys, "path", [str(directory), *sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    sources = Sources(directory)
    yield sources
    sources.forget()


@pytest.fixture
def app() -> App:
    """An app with something of its own.

    In ``app.state`` there are a ``journal``, a list in which extensions write what happens, and
    ``gates``, each by a name, at which they wait.
    """
    app = App()
    app.state.journal = []
    app.state.gates = defaultdict(Gate)
    app.converter("own", str.upper)

    @app.endpoint("/own")
    async def own() -> str:
        return "own"

    @app.endpoint("/fails")
    async def fails() -> str:
        raise ValueError

    @app.error(ValueError)
    async def is_handled(request: Request, error: ValueError) -> Response:
        return responses.PlainTextResponse(f"{error!r} at {request.path}", status=400)

    return app
