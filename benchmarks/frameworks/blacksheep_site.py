"""Two routes with BlackSheep."""

from dataclasses import dataclass

from blacksheep import Application, FromJSON, Response, get, json, post, text

app = Application()


@dataclass
class Order:
    """What is made of the body."""

    number: int
    customer: str
    email: str
    street: str
    city: str
    quantity: int
    price: float
    paid: bool


@get("/hello/{name}")
async def hello(name: str) -> Response:
    """Greet by name."""
    return text(f"Hello, {name}!")


@post("/orders")
async def order(order: FromJSON[Order]) -> Response:
    """Answer with the order that has come."""
    return json(order.value)
