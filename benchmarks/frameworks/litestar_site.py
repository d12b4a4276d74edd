"""Two routes with Litestar."""

from litestar import Litestar, MediaType, get, post
from msgspec import Struct


class Order(Struct):
    """What is checked on its way in."""

    number: int
    customer: str
    email: str
    street: str
    city: str
    quantity: int
    price: float
    paid: bool


@get("/hello/{name:str}", media_type=MediaType.TEXT)
async def hello(name: str) -> str:
    """Greet by name."""
    return f"Hello, {name}!"


@post("/orders", status_code=200)
async def order(data: Order) -> Order:
    """Answer with the order that has come."""
    return data


app = Litestar([hello, order])
