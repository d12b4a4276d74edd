"""Errors as problem details (RFC 9457)."""

import json
from typing import Final

from pyre.framework.errors import HTTPError
from pyre.framework.responses.response import Response

PROBLEM_JSON: Final = "application/problem+json"


def problem(error: HTTPError) -> Response:
    """An error as a response of type ``application/problem+json``.

    ``title`` is the reason phrase; there is no ``type``, which is to say ``about:blank`` (RFC
    9457 §4.2.1). ``errors`` lists every field that is wrong by ``source``, ``name`` and ``detail``.
    The headers of the error go with it.
    """
    details: dict[str, object] = {"title": error.title, "status": int(error.status)}
    if error.detail:
        details["detail"] = error.detail
    if error.errors:
        details["errors"] = [each._asdict() for each in error.errors]
    # By the standard library: it takes any text, lone surrogates too, and is always there.
    content = json.dumps(details, separators=(",", ":")).encode()
    return Response(content, status=error.status, headers=error.headers, content_type=PROBLEM_JSON)
