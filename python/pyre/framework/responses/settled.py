"""Responses that depend on the request, before middleware sees them."""

from pyre import psgi
from pyre.framework.responses.application import Application
from pyre.framework.responses.response import Response


class SettledResponse(Response):
    """A response of the host's as one of the framework's, so that fields can be set on it."""

    __slots__ = ("_trailers",)

    def __init__(self, response: psgi.Response) -> None:
        super().__init__(status=response.status, headers=response.headers)
        self.body = response.body
        self._trailers = response.trailers

    def to_psgi(self, app: Application, request: psgi.Request) -> psgi.Response:  # noqa: ARG002 - others need them
        """The host's response again."""
        return psgi.Response(self.status, self.lines, self.body, trailers=self._trailers)


def settled(response: Response, app: Application, request: psgi.Request) -> Response:
    """The response with the status and the fields that it is sent with.

    A file is opened here and a template rendered, so that whoever is around it sees what has come
    of it: 304 or 404, or an error. What depends on nothing stays as it is.
    """
    if type(response) is Response or type(response).to_psgi in _INDEPENDENT:
        return response
    return SettledResponse(response.to_psgi(app, request))


def unshared(response: Response) -> Response:
    """A copy of a response that is settled, so that its fields can be changed for one request."""
    if type(response) is SettledResponse:
        return response  # it was made for the request
    copy = Response.__new__(Response)  # a subclass is sent as a Response is, or it were not settled
    copy.status = response.status
    copy.lines = [*response.lines]
    copy.body = response.body
    return copy


_INDEPENDENT = frozenset((Response.to_psgi, SettledResponse.to_psgi))
