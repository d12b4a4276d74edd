"""Two routes with Falcon, on its ASGI side."""

import falcon
from falcon.asgi import App, Request, Response


class Hello:
    """Greets by name."""

    async def on_get(self, _request: Request, response: Response, name: str) -> None:
        """Answer with text."""
        response.content_type = falcon.MEDIA_TEXT
        response.text = f"Hello, {name}!"


class Orders:
    """Orders as JSON."""

    async def on_post(self, request: Request, response: Response) -> None:
        """Answer with the order that has come."""
        response.media = await request.get_media()


app = App()
app.add_route("/hello/{name}", Hello())
app.add_route("/orders", Orders())
