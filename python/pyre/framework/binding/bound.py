"""One parameter of an endpoint: where its argument comes from."""

from dataclasses import dataclass
from inspect import Parameter
from typing import Literal, TypeAlias

BoundSource: TypeAlias = Literal[
    "path", "query", "header", "cookie", "form", "body", "request", "websocket", "session"
]


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter: ``alias`` is the name that the peer sends, ``type`` the whole annotation.

    ``type`` and ``default`` are ``inspect.Parameter.empty`` when there is none.
    """

    name: str
    source: BoundSource
    type: object
    default: object
    alias: str
    is_keyword_only: bool = False

    @property
    def is_required(self) -> bool:
        """Whether a request without it is refused."""
        return self.default is Parameter.empty
