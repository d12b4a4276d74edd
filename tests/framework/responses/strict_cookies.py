"""A reader of ``Set-Cookie`` as browsers have it (RFC 6265bis §5.6, §5.7), and strict.

Written from the steps of the specification and not from what it tests. Where a browser would
ignore something, or drop the cookie, this raises.
"""

from dataclasses import dataclass, field


@dataclass
class Cookie:
    name: str
    value: str
    attributes: dict[str, str] = field(default_factory=dict)


def read_set_cookie(line: str) -> Cookie:
    if any(character < " " or character == "\x7f" for character in line):
        raise ValueError("a control character")
    pair, _, rest = line.partition(";")
    name, equals, value = pair.partition("=")
    if not equals:
        raise ValueError("no name")
    cookie = Cookie(stripped(name), stripped(value))
    if len(cookie.name.encode()) + len(cookie.value.encode()) > 4096:
        raise ValueError("too long")
    for attribute in rest.split(";") if rest else []:
        add_attribute(cookie, attribute)
    check_storage(cookie)
    return cookie


def stripped(text: str) -> str:
    if text != text.strip(" \t"):
        raise ValueError(f"white space around {text!r}")
    return text


def add_attribute(cookie: Cookie, attribute: str) -> None:
    name, _, value = attribute.removeprefix(" ").partition("=")
    name, value = stripped(name).lower(), stripped(value)
    if len(value) > 1024:
        raise ValueError("an attribute that is too long")
    if name not in {
        *("expires", "max-age", "domain", "path", "secure", "httponly", "samesite", "partitioned")
    }:
        raise ValueError(f"an attribute {name!r} that nobody knows")
    if name in cookie.attributes:
        raise ValueError(f"{name} comes twice")
    if name == "max-age" and not value.removeprefix("-").isdigit():
        raise ValueError("no number")
    if name == "path" and not value.startswith("/"):
        raise ValueError("a path that is none")
    if name == "domain" and (not value or value.startswith(".")):
        raise ValueError("a domain that is none")
    cookie.attributes[name] = value


def check_storage(cookie: Cookie) -> None:
    attributes = cookie.attributes
    if "secure" not in attributes:
        if attributes.get("samesite", "").lower() == "none":
            raise ValueError("SameSite=None without Secure")
        if "partitioned" in attributes:
            raise ValueError("Partitioned without Secure")
        if cookie.name.lower().startswith(("__secure-", "__host-")):
            raise ValueError("a prefix without Secure")
    is_for_host = attributes.get("path") == "/" and "domain" not in attributes
    if cookie.name.lower().startswith("__host-") and not is_for_host:
        raise ValueError("__Host- with a domain or a path")
