"""Handlers of errors on three levels, and what happens where there is none."""

from pyre import framework
from pyre.framework import App, HTTPError, Request, Response, responses


class Odd(Exception):
    pass


class Odder(Odd):
    pass


class Handled(framework.Blueprint, prefix="/handled"):
    @framework.endpoint("/{kind}")
    async def fail(self, kind: str) -> str:
        raise {
            "value": ValueError("v"),
            "key": KeyError("k"),
            "odder": Odder(),
            "teapot": HTTPError(418, "tea"),
            "gone": HTTPError(410),
            "raises": LookupError(),
            "raises-again": TypeError(),
            "defect": ZeroDivisionError(),
        }[kind]

    @fail.error(ValueError)
    async def by_endpoint(self, request: Request, error: ValueError) -> str:
        return f"endpoint: {error} {type(self).__name__}"

    @framework.Blueprint.error(KeyError, 410)
    async def by_blueprint(self, request: Request, error: Exception) -> Response:
        return responses.PlainTextResponse(f"blueprint: {type(error).__name__}", status=409)

    @framework.Blueprint.error(LookupError)
    async def raises(self, request: Request, error: Exception) -> Response:
        raise Odd

    @framework.Blueprint.error(TypeError)
    async def raises_an_answer(self, request: Request, error: Exception) -> Response:
        raise HTTPError(451, "by law")


app = App()
app.add_blueprint(Handled())


@app.error(404)
async def missing(request: Request, error: HTTPError) -> Response:
    return responses.PlainTextResponse(f"app: no {request.path}", status=404)


@app.error(Odd)
async def odd(request: Request, error: Odd) -> str:
    return f"app: {type(error).__name__}"


@app.endpoint("/http/{status:int}")
async def http(status: int) -> str:
    raise HTTPError(status, "the detail", headers=[("www-authenticate", "Basic")])


@app.endpoint("/unencodable")
async def unencodable() -> object:
    return object()


@app.endpoint("/defect")
async def defect() -> str:
    raise ZeroDivisionError("secret")


@app.endpoint("/base")
async def base() -> str:
    raise HTTPError(500, "said on purpose")
