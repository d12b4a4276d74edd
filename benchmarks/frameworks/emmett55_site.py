"""Two routes with Emmett55, on Granian's RSGI."""

from emmett55 import App
from emmett55.tools import service

app = App(__name__)


@app.route("/hello/<str:name>", methods="get", output="str")
async def hello(name: str) -> str:
    """Greet by name."""
    return f"Hello, {name}!"


@app.route("/json", methods="get")
@service.json
async def message() -> dict[str, str]:
    """Answer with a JSON object."""
    return {"message": "Hello, world!"}
