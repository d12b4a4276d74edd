"""The types of the PSGI 1.0 interface, as the server sees them from its side."""

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias

PSGIApplication: TypeAlias = Callable[[Any], Any]


class SupportsPSGI(Protocol):
    """An object that is an application by its method, callable or not."""

    def __psgi__(self, request: Any, /) -> Any: ...  # noqa: ANN401 - the core makes the request


def method_of(
    app: object, name: Literal["__psgi__", "__psgi_lifespan__"]
) -> Callable[..., Any] | None:
    """The method, bound to ``app``; ``None`` when there is none that can be called."""
    method: object = getattr(app, name, None)
    return method if callable(method) else None
