"""Two routes with Emmett55, on Granian's RSGI."""

from emmett55 import App, request
from emmett55.tools import service

app = App(__name__)


@app.route("/hello/<str:name>", methods="get", output="str")
async def hello(name: str) -> str:
    """Greet by name."""
    return f"Hello, {name}!"


@app.route("/orders", methods="post")
@service.json
async def order() -> dict[str, object]:
    """Answer with the order that has come."""
    return dict(await request.body_params)
