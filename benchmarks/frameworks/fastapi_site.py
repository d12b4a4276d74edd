"""Two routes with FastAPI."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    """What is checked on its way in and out."""

    number: int
    customer: str
    email: str
    street: str
    city: str
    quantity: int
    price: float
    paid: bool


@app.get("/hello/{name}", response_class=PlainTextResponse)
async def hello(name: str) -> str:
    """Greet by name."""
    return f"Hello, {name}!"


@app.post("/orders")
async def order(order: Order) -> Order:
    """Answer with the order that has come."""
    return order
