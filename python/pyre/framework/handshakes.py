"""What answers the handshakes of WebSockets: from the request for one until it is closed."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pyre import loggers, psgi
from pyre.framework.activity import Activity
from pyre.framework.error_handlers import PASSED_ON, ErrorResponder
from pyre.framework.errors import HTTPError
from pyre.framework.finishing import finished
from pyre.framework.invocation import Invoke
from pyre.framework.responses import Response
from pyre.framework.route import Respond, Route
from pyre.framework.websocket import Conversation, WebSocket

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.sessions.keeping import Load

_LOG = loggers.named("pyre.framework")

_INTERNAL_ERROR = 1011  # RFC 6455 §7.4.1


def serving(
    app: "App",
    route: Route,
    call: Callable[[WebSocket], Awaitable[Response]],
    errors: ErrorResponder,
    load_session: "Load | None",
) -> Respond:
    """Serve a WebSocket; a host that has none says so before the endpoint is asked."""

    async def respond(host: psgi.Request, values: tuple[Any, ...]) -> psgi.Response | None:
        websocket = WebSocket(host, app, route, values)
        if load_session is not None:
            await load_session(websocket)
        if "websocket" in host.server_capabilities:
            response = await call(websocket)
            if websocket.is_accepted and websocket.error is not None:  # a layer's
                await websocket.close(_INTERNAL_ERROR)
                response = Conversation()
        else:
            missing = HTTPError(HTTPStatus.NOT_IMPLEMENTED, "This server has no WebSocket.")
            response = await errors.respond(websocket, missing)
        return await finished(response, websocket, errors)

    return respond


def conversing(
    call: Callable[[WebSocket], Awaitable[Response]], activity: Activity
) -> Callable[[WebSocket], Awaitable[Response]]:
    """The same; it ends with what it is a part of, if not before."""

    async def converse(websocket: WebSocket) -> Response:
        with activity.conversing(websocket):
            return await call(websocket)
        return Conversation()

    return converse


def until_closed(invoke: Invoke) -> Invoke:
    """A WebSocket's endpoint: what it returns is the answer where nothing was accepted."""

    async def serve(request: Any) -> object:  # noqa: ANN401 - a WebSocket, to all layers a Request
        try:
            answer = await invoke(request)
        except PASSED_ON:
            raise
        except Exception as error:
            if not request.is_accepted:
                raise
            _LOG.fault("WEBSOCKET %s failed", request.path, exc_info=error)
            await request.close(_INTERNAL_ERROR)
            answer = None
        if request.is_accepted:
            return Conversation()
        if answer is None:
            raise HTTPError(HTTPStatus.FORBIDDEN, "The WebSocket was refused.")
        return answer

    return serve
