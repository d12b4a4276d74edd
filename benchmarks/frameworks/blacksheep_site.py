"""Two routes with BlackSheep."""

from blacksheep import Application, Response, get, json, text

app = Application()


@get("/hello/{name}")
async def hello(name: str) -> Response:
    """Greet by name."""
    return text(f"Hello, {name}!")


@get("/json")
async def message() -> Response:
    """Answer with a JSON object."""
    return json({"message": "Hello, world!"})
