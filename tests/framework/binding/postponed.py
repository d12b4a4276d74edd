"""Endpoints in a module whose annotations are strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from pyre.framework.binding import Query

if TYPE_CHECKING:
    from decimal import Decimal as Number

    from framework.binding.memory import Request


class Item(msgspec.Struct):
    name: str
    parent: Item | None = None


def endpoint(limit: int, after: str | None = None):
    return limit, after


def with_body(item: Item):
    return item


def unknown(limit: Number):
    return limit


def unknown_request(request: Request):
    return request


class Resource:
    class Filter(msgspec.Struct):
        limit: int = 1

    def get(self, filter: Annotated[Filter, Query()]):  # noqa: A002 - it is a good name
        return filter


def enclosed():
    class Limit(int):
        pass

    limits = {"it": int}
    it = limits["it"]

    def inner(limit: it):
        assert it is not Limit
        return limit

    return inner


def local():
    class Local(msgspec.Struct):
        x: int

    def inner(local: Local):
        return local

    return inner
