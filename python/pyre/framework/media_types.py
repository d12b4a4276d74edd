"""``Content-Type``: a media type with parameters (RFC 9110 §8.3.1), and what ``charset`` means."""

import re
from collections.abc import Mapping
from encodings.aliases import aliases
from typing import Final, NamedTuple

from pyre.framework.errors import HTTPError
from pyre.psgi import Headers

_TCHARS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"[ \t]*({_TCHARS}/{_TCHARS})[ \t]*")
# What is not quoted should be a token; boundaries with `=`, `:` or `/` are seen in practice.
_PARAMETER = re.compile(rf';[ \t]*(?:({_TCHARS})=(?:"((?:[^"\\]|\\.)*+)"|([^\s";,]+))[ \t]*)?')
_UTF_8: Final = "utf_8"
_LONGEST_LABEL: Final = 40
_QUOTED_PAIR = re.compile(r"\\(.)")

# The charsets of the WHATWG Encoding Standard that Python has, by the names of its codecs. It has
# others that are no charsets, or slow (`idna`), and `codecs.lookup` remembers each name that a
# peer makes up.
_CODECS: Final = frozenset(
    {
        *("ascii", "latin_1", "utf_8", "utf_16", "utf_16_be", "utf_16_le"),
        *(f"iso8859_{part}" for part in (*range(2, 12), *range(13, 17))),
        *("cp866", "cp874", *(f"cp{number}" for number in range(1250, 1259))),
        *("koi8_r", "koi8_u", "mac_roman"),
        *("gb2312", "gbk", "gb18030", "big5", "euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"),
    }
)


_PUNCTUATION: Final = str.maketrans("", "", "-_: ")


def _plain(label: str) -> str:
    """A label without what is written in different ways: ``ISO-8859-1``, ``iso8859_1``."""
    return label.lower().translate(_PUNCTUATION)


_CODECS_BY_LABEL: Final = {
    **{_plain(alias): codec for alias, codec in aliases.items() if codec in _CODECS},
    **{_plain(codec): codec for codec in _CODECS},
}


class MediaType(NamedTuple):
    """A media type and its parameters, with names in lower case."""

    name: str
    parameters: Mapping[str, str]

    def charset(self) -> str:
        """The codec of text of this type: UTF-8 when nothing is said of it.

        Raises ``HTTPError`` 415 for one that is not known.
        """
        label = self.parameters.get("charset", _UTF_8)
        codec = _CODECS_BY_LABEL.get(_plain(label[:_LONGEST_LABEL]))
        if codec is None:
            raise HTTPError(415, f"The charset {label[:_LONGEST_LABEL]!r} is not known.")
        return codec


def parse_media_type(value: str) -> MediaType:
    """The media type that a ``Content-Type`` names.

    Raises ``HTTPError`` 400 for what is none: also for a parameter, or a whole type, that comes
    twice, as a proxy in front may have read the other one.
    """
    start = _MEDIA_TYPE.match(value)
    if start is None:
        raise _malformed()
    parameters: dict[str, str] = {}
    position = start.end()
    while position < len(value):
        parameter = _PARAMETER.match(value, position)
        if parameter is None:
            raise _malformed()
        position = parameter.end()
        name, quoted, unquoted = parameter.groups()
        if name is None:
            continue
        if name.lower() in parameters:
            raise _malformed()
        parameters[name.lower()] = unquoted or _QUOTED_PAIR.sub(r"\1", quoted)
    return MediaType(start[1].lower(), parameters)


def charset_of(headers: Headers) -> str:
    """The codec of text with these fields: UTF-8 when nothing is said of it.

    Raises ``HTTPError`` 400 like ``parse_media_type``, and 415 for a charset that is not known.
    """
    media_type = media_type_of(headers)
    return _UTF_8 if media_type is None else media_type.charset()


def media_type_of(headers: Headers) -> MediaType | None:
    """The media type of content with these fields; ``None`` when nothing is said of it.

    Raises ``HTTPError`` 400 like ``parse_media_type``.
    """
    value = headers.get("content-type")
    return None if value is None else parse_media_type(value)


def _malformed() -> HTTPError:
    return HTTPError(400, "The content-type is malformed.")
