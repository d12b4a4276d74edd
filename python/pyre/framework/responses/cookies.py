"""Cookies that a response sets (RFC 6265bis, the draft that succeeds RFC 6265).

What a browser would drop or change without a word is an error here. Nothing is encoded: a value is
sent as it is given, so that every reader gets it back.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias, TypedDict, Unpack

from pyre.framework.responses.headers import ResponseHeaders
from pyre.framework.responses.http_dates import http_date

Prefix: TypeAlias = Literal["host", "secure"]
"""``__Host-`` or ``__Secure-``, by which a browser vouches for where a cookie is from (§4.1.3)."""

SameSite: TypeAlias = Literal["strict", "lax", "none"]
"""With which requests from other sites a cookie is sent (§4.1.2.7): with none, links, or all."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_COOKIE_OCTETS = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
_PATH = re.compile(r"/[\x21-\x3a\x3c-\x7e]*")
_LABEL = r"[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")

_PREFIXES: Final = {"host": "__Host-", "secure": "__Secure-"}
_SAME_SITE: Final = {
    "strict": "; SameSite=Strict",
    "lax": "; SameSite=Lax",
    "none": "; SameSite=None",
}

_MAX_SIZE: Final = 4096
"""Octets of name and value together that a browser keeps (§5.6)."""
_MAX_ATTRIBUTE_SIZE: Final = 1024
"""Octets of the value of an attribute that a browser heeds (§5.6)."""
_FIRST_YEAR: Final = 1601
"""Browsers take an earlier date for none (§5.1.1)."""

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CookieScope(TypedDict, total=False):
    """What makes a cookie another one, or what a browser asks of one that replaces it."""

    path: str | None
    domain: str | None
    secure: bool | None
    samesite: SameSite | None
    partitioned: bool
    prefix: Prefix | None


class SetsCookies:
    """The methods of a response that set cookies."""

    __slots__ = ()

    @property
    def headers(self) -> ResponseHeaders:
        """The fields of the response."""
        raise NotImplementedError

    def set_cookie(  # noqa: PLR0913 - the attributes of a cookie
        self,
        name: str,
        value: str,
        *,
        max_age: int | timedelta | None = None,
        expires: datetime | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool | None = None,
        httponly: bool = True,
        samesite: SameSite | None = "lax",
        partitioned: bool = False,
        prefix: Prefix | None = None,
    ) -> None:
        """Set a cookie; one of that name, domain and path that was set before is replaced.

        ``max_age`` is in seconds, and wins over ``expires``; without both, the cookie goes with the
        browser's session. ``domain`` lets the hosts below it have the cookie, too. ``prefix``
        is put before the name: ``__Host-`` or ``__Secure-``, by which a browser vouches for where
        the cookie comes from. ``secure`` left out is true where ``prefix``, ``samesite="none"``
        or ``partitioned`` asks for it, and else false.

        Raises ``ValueError`` for what a browser would refuse or change.

            response.set_cookie("session", token, prefix="host", max_age=timedelta(days=14))
        """
        name = _checked_name(name, prefix)
        _check_value(name, value)
        if secure is None:
            secure = bool(prefix) or partitioned or samesite == "none" or _has_prefix(name)
        _check_same_site(samesite)
        if not secure:
            _check_insecure(name, samesite=samesite, partitioned=partitioned)
        if name[:7].lower() == "__host-" and (path != "/" or domain is not None):
            raise ValueError(f'the cookie {name} must have path="/" and no domain')
        line = (
            f"{name}={value}"
            f"{_domain(domain)}{_path(path)}{_max_age(max_age)}{_expires(expires)}"
            f"{'; Secure' if secure else ''}{'; HttpOnly' if httponly else ''}"
            f"{_SAME_SITE[samesite] if samesite else ''}{'; Partitioned' if partitioned else ''}"
        )
        _replace(self.headers, name, line)

    def delete_cookie(self, name: str, **scope: Unpack[CookieScope]) -> None:
        """Have the browser forget a cookie.

        ``scope`` is what the cookie was set with, as far as it was given: a browser does not take
        one of another path for the same.
        """
        self.set_cookie(name, "", max_age=0, expires=_LONG_AGO, **scope)


def _checked_name(name: str, prefix: Prefix | None) -> str:
    if prefix is not None:
        if prefix not in _PREFIXES:
            raise ValueError(f'the prefix of a cookie is "host" or "secure", and not {prefix!r}')
        if _has_prefix(name):
            raise ValueError(f"the cookie {name!r} has a prefix already: leave prefix= out")
        name = _PREFIXES[prefix] + name
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"the name of a cookie must be a token (RFC 6265bis §4.1.1), not {name!r}")
    return name


def _has_prefix(name: str) -> bool:
    return name[:2] == "__" and name.lower().startswith(("__host-", "__secure-"))


def _check_value(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"the value of the cookie {name} must be str, not {type(value).__name__}")
    if not _COOKIE_OCTETS.fullmatch(value):
        raise ValueError(
            f"the value of the cookie {name} has a blank, comma, semicolon, quotation mark, "
            "backslash, control or non-ASCII character (RFC 6265bis §4.1.1): encode it, by "
            "urllib.parse.quote say"
        )
    size = len(name) + len(value)
    if size > _MAX_SIZE:
        raise ValueError(
            f"name and value of the cookie {name} have {size} octets, and browsers drop it beyond "
            f"{_MAX_SIZE} (RFC 6265bis §5.6)"
        )


def _check_same_site(samesite: str | None) -> None:
    if samesite is not None and samesite not in _SAME_SITE:
        raise ValueError(f'samesite is "strict", "lax", "none" or None, and not {samesite!r}')


def _check_insecure(name: str, *, samesite: str | None, partitioned: bool) -> None:
    """What needs ``Secure`` (RFC 6265bis §4.1.2.7, §4.1.3; CHIPS)."""
    if _has_prefix(name):
        raise ValueError(f"the prefix of the cookie {name} asks for secure=True")
    if samesite == "none":
        raise ValueError(f'samesite="none" of the cookie {name} asks for secure=True')
    if partitioned:
        raise ValueError(f"partitioned=True of the cookie {name} asks for secure=True")


def _domain(domain: str | None) -> str:
    if domain is None:
        return ""
    if domain.startswith("."):
        raise ValueError(f"a domain covers the hosts below it without a dot: {domain[1:]!r}")
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(
            f"the domain of a cookie is a host name in ASCII, without a port, and not {domain!r}"
        )
    return _attribute("Domain", domain)


def _path(path: str | None) -> str:
    if path is None:
        return ""
    if path == "/":
        return "; Path=/"
    if not _PATH.fullmatch(path):
        raise ValueError(
            'the path of a cookie begins with "/" and has no blank, semicolon, control or '
            f"non-ASCII character (RFC 6265bis §4.1.1), and is {path!r}"
        )
    return _attribute("Path", path)


def _attribute(name: str, value: str) -> str:
    if len(value) > _MAX_ATTRIBUTE_SIZE:
        raise ValueError(
            f"{name} of a cookie has {len(value)} octets, and browsers ignore it beyond "
            f"{_MAX_ATTRIBUTE_SIZE} (RFC 6265bis §5.6)"
        )
    return f"; {name}={value}"


def _max_age(max_age: int | timedelta | None) -> str:
    if max_age is None:
        return ""
    if isinstance(max_age, timedelta):
        max_age = int(max_age.total_seconds())
    elif isinstance(max_age, bool) or not isinstance(max_age, int):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"max_age must be int or timedelta, not {type(max_age).__name__}")
    return f"; Max-Age={max_age}"


def _expires(expires: datetime | None) -> str:
    if expires is None:
        return ""
    if expires.year < _FIRST_YEAR:
        raise ValueError(f"expires of a cookie is {_FIRST_YEAR} or later, and not {expires.year}")
    return f"; Expires={http_date(expires)}"


def _replace(headers: ResponseHeaders, name: str, line: str) -> None:
    """Add the line, instead of one for the same cookie (RFC 6265bis §4.1.1)."""
    if "set-cookie" in headers:
        start, same = f"{name}=", _identity(line)
        headers.lines[:] = [
            (field, value)
            for field, value in headers.lines
            if field != "set-cookie" or not value.startswith(start) or _identity(value) != same
        ]
    headers.lines.append(("set-cookie", line))


def _identity(line: str) -> list[str]:
    """What tells two cookies of one name apart."""
    attributes = line.split("; ")[1:]
    return [each for each in attributes if each.startswith(("Domain=", "Path=", "Partitioned"))]
