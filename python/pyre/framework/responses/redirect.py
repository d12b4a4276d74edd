"""Redirection to another URL (RFC 9110 §15.4, §10.2.2)."""

import re
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import quote

from pyre import psgi
from pyre.framework.responses.response import Response

RedirectStatus: TypeAlias = Literal[301, 302, 303, 307, 308]

_STATUSES: Final = frozenset(get_args(RedirectStatus))

_OF_URIS = ":/?#[]@!$&'()*+,;=~"
"""What `quote` need not encode: the reserved characters (RFC 3986 §2.2), and "~"."""

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class RedirectResponse(Response):
    """A redirect to ``location``, a URL or a reference relative to the URL of the request.

    What can't stand in a URL is percent-encoded as UTF-8: blanks, line breaks, backslashes (which a
    browser takes for slashes), what is not ASCII. Escapes that are there stay. Whether the
    location is one of your own is not checked: do so with one that a peer has chosen.

    | status | method of the next request | kept by caches and browsers |
    |---|---|---|
    | 302, the default | GET; browsers change POST into GET (RFC 9110 §15.4.3) | no |
    | 303 | GET: says so, after a form was posted | no |
    | 307 | the same, with the same body | no |
    | 301 | as 302 | yes |
    | 308 | as 307 | yes |

    The default is what ``redirect`` means in most frameworks. Raises ``ValueError`` for another
    status, and for an empty location.

        RedirectResponse("/login", status=303)
    """

    __slots__ = ()

    def __init__(
        self,
        location: str,
        *,
        status: RedirectStatus = 302,
        headers: psgi.HeaderFields = (),
    ) -> None:
        if status not in _STATUSES:
            raise ValueError(
                f"the status of a redirect is one of {sorted(_STATUSES)}, not {status}"
            )
        if not location:
            raise ValueError("the location of a redirect is empty")
        super().__init__(status=status, headers=headers)
        self.headers["location"] = uri_reference(location)


def uri_reference(text: str) -> str:
    """The text as a URI reference in ASCII (RFC 3986 §4.1): what can't stand in one is encoded.

    An international host name is percent-encoded, too, which RFC 3986 §3.2.2 provides for.
    """
    # Not "strict": a peer may have chosen the location, and can send half of a surrogate pair.
    encoded = quote(text, safe=_OF_URIS + "%", errors="replace")
    return _LONE_PERCENT.sub("%25", encoded)
