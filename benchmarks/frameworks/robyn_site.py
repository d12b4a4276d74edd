"""Two routes with Robyn, which is its own server: `ROBYN_PORT` says where it listens."""

from robyn import Request, Robyn

app = Robyn(__file__)


@app.get("/hello/:name")
async def hello(request: Request) -> str:
    """Greet by name."""
    return f"Hello, {request.path_params['name']}!"


@app.get("/json")
async def message() -> dict[str, str]:
    """Answer with a JSON object."""
    return {"message": "Hello, world!"}


if __name__ == "__main__":
    app.start()
