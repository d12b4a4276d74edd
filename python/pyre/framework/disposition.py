r"""``Content-Disposition`` of a part of a form: its name, and whether it is a file (RFC 7578 §4.2).

Clients disagree on how a double quote and a backslash are written, and none says which way it goes:

- Browsers write ``%22`` for the one and the other as it is (WHATWG HTML §4.10.21.8), and ``%0D``
  and ``%0A`` for line breaks. So these three escapes are decoded, and no others.
- curl before 7.81, and mail's way, is a quoted-pair: ``\"`` and ``\\``; httpx mixes the two. Both
  pairs are decoded, any other backslash stands for itself: ``C:\new``.
- Where that leads nowhere, as in ``filename="a\"``, every backslash stands for itself.

``filename*`` must not be used in forms (RFC 7578 §4.2). Where it is all that there is, as from old
urllib3, it is read, because the file would be taken for text without it; beside ``filename`` it is
not, so that a name can't be hidden from what has looked at the other. A parameter that comes twice
is refused for the same reason.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from pyre.framework.errors import HTTPError

_TYPE = re.compile(r"[ \t]*form-data[ \t]*", re.IGNORECASE)
_PARAMETER: Final = (
    r";[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:\"{}\"|([^\s\";]+))[ \t]*)?"
)
_WITH_QUOTED_PAIRS = re.compile(_PARAMETER.format(r"((?:[^\"\\]|\\.)*+)"))
_WITHOUT_QUOTED_PAIRS = re.compile(_PARAMETER.format(r"([^\"]*)"))
_QUOTED_PAIR = re.compile(r"\\([\\\"])")
_EXTENDED_VALUE = re.compile(r"(utf-8|iso-8859-1)'[^']*'(.*)", re.IGNORECASE)  # RFC 8187 §3.2.1
_SEPARATOR = re.compile(r"[/\\]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Disposition(NamedTuple):
    """What a part is called; ``filename`` is ``None`` for one that is no file."""

    name: str
    filename: str | None


def parse_disposition(value: str) -> Disposition:
    r"""Read a ``Content-Disposition``.

    A file name is what follows the last ``/`` or ``\``, without controls, and empty if that is
    ``.`` or ``..``: so it names no other directory. Raises ``HTTPError`` 400.
    """
    start = _TYPE.match(value)
    parameters = start and (
        _parameters(value, start.end(), _WITH_QUOTED_PAIRS)
        or _parameters(value, start.end(), _WITHOUT_QUOTED_PAIRS)
    )
    if not parameters or "name" not in parameters:
        raise _malformed()
    filename = parameters.get("filename")
    if filename is None and "filename*" in parameters:
        filename = _extended(parameters["filename*"])
    return Disposition(parameters["name"], None if filename is None else _base_name(filename))


def _parameters(value: str, position: int, grammar: re.Pattern[str]) -> dict[str, str] | None:
    """The parameters from ``position`` on; ``None`` when that is not what stands there."""
    parameters: dict[str, str] = {}
    while position < len(value):
        parameter = grammar.match(value, position)
        if parameter is None:
            return None
        position = parameter.end()
        name, quoted, unquoted = parameter.groups()
        if name is None:
            continue
        if name.lower() in parameters:
            raise _malformed()
        if unquoted is not None:
            parameters[name.lower()] = unquoted
        elif grammar is _WITH_QUOTED_PAIRS:
            parameters[name.lower()] = _unescaped(_QUOTED_PAIR.sub(r"\1", quoted))
        else:
            parameters[name.lower()] = _unescaped(quoted)
    return parameters


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def _extended(value: str) -> str:
    match = _EXTENDED_VALUE.fullmatch(value)
    if match is None:
        raise _malformed()
    return unquote_to_bytes(match[2]).decode(match[1], "replace")


def _base_name(filename: str) -> str:
    name = _CONTROL.sub("", _SEPARATOR.split(filename)[-1])
    return "" if name in {".", ".."} else name


def _malformed() -> HTTPError:
    return HTTPError(400, "A part of the form has no content-disposition that names it.")
