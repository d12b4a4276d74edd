"""Two routes with Robyn, which is its own server: `ROBYN_PORT` says where it listens."""

from robyn import Request, Robyn

app = Robyn(__file__)


@app.get("/hello/:name")
async def hello(request: Request) -> str:
    """Greet by name."""
    return f"Hello, {request.path_params['name']}!"


@app.post("/orders")
async def order(request: Request) -> dict[str, object]:
    """Answer with the order that has come."""
    return dict(request.json())


if __name__ == "__main__":
    app.start()
