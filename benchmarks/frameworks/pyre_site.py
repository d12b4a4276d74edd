"""Two routes with pyre.framework, and the same behind two layers of middleware."""

from msgspec import Struct
from pyre import framework
from pyre.framework import App, CallNext, Request, Response


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


async def passing(request: Request, call_next: CallNext) -> Response:
    """Do nothing: what a layer costs."""
    return await call_next(request)


class Site(framework.Blueprint):
    """The routes that every framework has here."""

    @framework.endpoint("/hello/{name:string}", methods=["GET"])
    async def hello(self, name: str) -> str:
        """Greet by name."""
        return f"Hello, {name}!"

    @framework.endpoint("/orders", methods=["POST"])
    async def order(self, order: Order) -> Order:
        """Answer with the order that has come."""
        return order


app = App()
app.add_blueprint(Site())

layered = App(middleware=[passing, passing])
layered.add_blueprint(Site())
