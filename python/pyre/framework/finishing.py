"""From the response that the framework has to the one that the host sends."""

from typing import TYPE_CHECKING

from pyre import psgi
from pyre.framework.error_handlers import ErrorResponder
from pyre.framework.request import Request
from pyre.framework.responses import Response, settled
from pyre.framework.responses.settled import unshared
from pyre.framework.websocket import Conversation

if TYPE_CHECKING:
    from pyre.framework.sessions.sessions import Sessions


async def finished(
    response: Response, request: Request, errors: ErrorResponder
) -> psgi.Response | None:
    """The host's response; if it can't be made, that is an error as any other.

    After a WebSocket there is nothing left to answer.
    """
    try:
        if isinstance(response, Conversation):
            return None
        keeping = request.app.session_keeping
        if keeping is not None:
            response = await _with_session(response, request, keeping, errors)
        return response.to_psgi(request.app, request.psgi)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        response = await errors.respond(request, error)
        return response.to_psgi(request.app, request.psgi)
    finally:
        request.error = None  # its traceback refers to the request
        request.is_answered = True


async def _with_session(
    response: Response, request: Request, keeping: "Sessions", errors: ErrorResponder
) -> Response:
    """The response, when the session is saved: also one to an error, a file that is not there.

    A template may be the first to touch the session. The app may have made a response only once and
    return it to everybody, so the visitor gets a copy. What could not be saved at the handshake of
    a WebSocket is not tried again.
    """
    try:
        response = settled(response, request.app, request.psgi)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        response = await errors.respond(request, error)
    session = request.touched_session
    if session is not None and not session.is_sealed:
        response = unshared(response)
        await keeping.save(session, response, request)
    return response
