"""Where ``Response`` comes from: it is made for every request, and so it is made in Rust."""

from pyre._core import Response

__all__ = ["Response"]
