"""The example that the framework was designed by, to the letter."""

from pathlib import Path

import pytest
from support.client import Response
from support.server import CommandLines, Launcher

BLUEPRINT = """\
# blueprint.py
from pyre import framework
from pyre.framework import App, Request, responses


class MyEndpoint(framework.Blueprint):
    def __init__(self, app: App):
        self._app = app

    @framework.endpoint("/hello/{name:string}", methods=["GET"])
    async def on_get_hello(self, name: str):
        return f"Hello, {name}!"

    @framework.endpoint("/hello/{name:string}", methods=["POST"])
    async def on_post_hello(self, request: Request, name: str):
        body = await request.body.json()
        return responses.JSONResponse(
            {"message": f"Hello, {name}! You are aged: {body['age']}"},
            status=200,
        )


def setup(app: App):
    app.add_blueprint(MyEndpoint(app))
"""

MAIN = """\
# main.py
from pyre.framework import App
app = App()
app.load("blueprint")            # imports the module, calls its setup(app)
"""

LAUNCHERS = {
    "psgi": Launcher(CommandLines(), ("--interface", "psgi")),
    "asgi": Launcher(CommandLines(), ("--interface", "asgi")),
    "uvicorn": Launcher(
        CommandLines(tcp="uvicorn {app} --host 127.0.0.1 --port {port}", uds=None, root_path=None)
    ),
}


@pytest.mark.parametrize("launcher", LAUNCHERS.values(), ids=LAUNCHERS)
def test_example(launcher: Launcher, tmp_path: Path) -> None:
    (tmp_path / "blueprint.py").write_text(BLUEPRINT)
    (tmp_path / "main.py").write_text(MAIN)
    with launcher("main:app", app_dir=tmp_path) as server:
        greeting = server.request("GET /hello/Ada")
        assert (greeting.status, greeting.body) == (200, b"Hello, Ada!")
        assert content_type(greeting) == b"text/plain; charset=utf-8"
        answer = server.request("POST /hello/Ada", b'{"age": 36}')
        assert answer.body == b'{"message":"Hello, Ada! You are aged: 36"}'
        assert content_type(answer) == b"application/json"
        assert server.request("DELETE /hello/Ada").status == 405


def content_type(response: Response) -> bytes:
    return dict(response.headers)[b"content-type"]
