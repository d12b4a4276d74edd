"""Scenarios of PSGI: they talk to their tests as those of ``scenarios.py`` do."""

import scenarios
from pyre import psgi
from scenarios import ExpectedError

__all__ = ["ExpectedError", "Scenarios", "query"]


class Scenarios(scenarios.Scenarios):
    """Calls the scenario that the path names, and returns whatever that returns.

    ``/fail?MESSAGE`` raises, so that a test can tell how far the log is.
    """

    def __call__(self, *_: object) -> object:
        """What is an application by its method is not called itself."""
        raise AssertionError("called instead of `__psgi__`")

    def __psgi__(self, request: psgi.Request) -> object:
        _, first, *rest = request.path.split("/", 2)
        service = {"report": self._report, "open": self._open, "tally": self._tally}.get(first)
        if service and rest:
            status, value = service(rest[0])
            return psgi.Response(status, body=repr(value))
        if first == "fail":
            raise ExpectedError(query(request))
        if scenario := self._scenarios.get(request.path):
            return scenario(request)
        return psgi.Response(404, body="no such scenario")


def query(request: psgi.Request) -> str:
    """The query as text."""
    return request.query.decode()
