"""The names under which a peer sends what goes to a parameter."""

import re
from typing import Final

from pyre.framework.binding.faults import Unbindable
from pyre.framework.binding.fields import FieldSource

# RFC 9110 §5.6.2: field names and the names of cookies (RFC 6265 §4.1.1) are tokens.
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch


def sent_name(source: FieldSource, name: str, alias: str | None) -> str:
    """The alias, or else the name, for a header with ``-`` for ``_``. Raises ``Unbindable``."""
    if alias is None:
        sent = name.rstrip("_").replace("_", "-") if source == "header" else name
    else:
        sent = alias
    if source in {"header", "cookie"} and not _TOKEN(sent):
        raise Unbindable(
            f"{sent!r} is no name of a {source}: give it one by alias (RFC 9110 §5.6.2)"
        )
    return sent
