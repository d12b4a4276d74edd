"""Two routes with FastAPI."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.get("/hello/{name}", response_class=PlainTextResponse)
async def hello(name: str) -> str:
    """Greet by name."""
    return f"Hello, {name}!"


@app.get("/json")
async def message() -> dict[str, str]:
    """Answer with a JSON object."""
    return {"message": "Hello, world!"}
