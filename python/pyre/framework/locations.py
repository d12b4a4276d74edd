"""Where in the source something was written, for messages that a programmer has to act on."""

import inspect
from collections.abc import Callable
from typing import Any


def location(function: Callable[..., Any]) -> str:
    """``file:line`` of a function, or what is known of where it comes from."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return f"{type(function).__module__}.{type(function).__qualname__}"
    return f"{code.co_filename}:{code.co_firstlineno}"
