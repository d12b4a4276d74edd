"""From the response that the framework has to the one that the host sends."""

from pyre import psgi
from pyre.framework.error_handlers import ErrorResponder
from pyre.framework.request import Request
from pyre.framework.responses import Response, settled
from pyre.framework.sessions.session import Session
from pyre.framework.websocket import Conversation


async def finished(
    response: Response, request: Request, errors: ErrorResponder
) -> psgi.Response | None:
    """The host's response; if it can't be made, that is an error as any other.

    After a WebSocket there is nothing left to answer.
    """
    try:
        if isinstance(response, Conversation):
            return None
        if request.touched_session is not None:
            response = await _with_session(response, request, request.touched_session, errors)
        return response.to_psgi(request.app, request.psgi)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        response = await errors.respond(request, error)
        return response.to_psgi(request.app, request.psgi)
    finally:
        request.error = None  # its traceback refers to the request
        request.is_answered = True


async def _with_session(
    response: Response, request: Request, session: Session, errors: ErrorResponder
) -> Response:
    """The response, when the session is saved: also one to an error, a file that is not there."""
    try:
        response = settled(response, request.app, request.psgi)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered
        response = await errors.respond(request, error)
    if request.app.session_keeping is not None:
        await request.app.session_keeping.save(session, response, request)
    return response
