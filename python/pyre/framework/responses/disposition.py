"""Under which name a file is saved: ``Content-Disposition`` (RFC 6266, RFC 8187)."""

import re
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

Disposition: TypeAlias = Literal["inline", "attachment"]

_DISPOSITIONS: Final = frozenset(("inline", "attachment"))

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f/\\]")
"""What has no place in the name of a file: control characters, and what separates folders."""

_UNCERTAIN = re.compile(r'[^\x20-\x7e]|["%]')
"""What recipients read in different ways in a quoted string (RFC 6266 appendix D)."""

_ATTRIBUTE_CHARACTERS: Final = "!#$&+.^_`|~-"
"""What stands for itself in an extended value, beside letters and digits (RFC 8187 §3.2.1)."""


def content_disposition(disposition: Disposition, filename: str) -> str:
    """The value of ``Content-Disposition``.

    Any name can be given, also one that a peer has chosen: what must not be in one becomes ``_``.
    One that is not plain ASCII is there twice, the first time for old recipients. Raises
    ``ValueError`` for another disposition.
    """
    if disposition not in _DISPOSITIONS:
        raise ValueError(f'the disposition is "inline" or "attachment", and not {disposition!r}')
    name = _UNFIT.sub("_", filename)
    if not name:
        return disposition
    plain = _UNCERTAIN.sub("_", name)
    if plain == name:
        return f'{disposition}; filename="{name}"'
    # Names from the file system may have octets that are no UTF-8: "replace".
    extended = quote(name, safe=_ATTRIBUTE_CHARACTERS, errors="replace")
    return f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{extended}"
