"""Two routes with Litestar."""

from litestar import Litestar, MediaType, get


@get("/hello/{name:str}", media_type=MediaType.TEXT)
async def hello(name: str) -> str:
    """Greet by name."""
    return f"Hello, {name}!"


@get("/json")
async def message() -> dict[str, str]:
    """Answer with a JSON object."""
    return {"message": "Hello, world!"}


app = Litestar([hello, message])
