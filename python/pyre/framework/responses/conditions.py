"""Conditional requests (RFC 9110 §13)."""

import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from pyre import psgi
from pyre.framework.responses.http_dates import parse_http_date

_ENTITY_TAG = re.compile(r'[ \t,]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|\Z)')


class Validators(NamedTuple):
    """What tells the versions of a representation apart (RFC 9110 §8.8)."""

    entity_tag: str
    """With its quotation marks, and ``W/`` if it is weak."""
    modified: datetime | None
    """In whole seconds."""
    is_settled: bool
    """Whether ``modified`` is a strong validator: no later change can have the same (§8.8.2.2)."""


def unmet_precondition(headers: psgi.Headers, validators: Validators) -> HTTPStatus | None:
    """What a GET or HEAD is answered with instead of 200: 304, 412 or ``None`` (§13.2.2)."""
    if (tags := headers.get("if-match")) is not None:
        if not _matches_strongly(tags, validators.entity_tag):
            return HTTPStatus.PRECONDITION_FAILED
    elif _is_later(validators, headers.get("if-unmodified-since")):
        return HTTPStatus.PRECONDITION_FAILED
    if (tags := headers.get("if-none-match")) is not None:
        is_unchanged = _matches_weakly(tags, validators.entity_tag)
    else:
        is_unchanged = _is_later(validators, headers.get("if-modified-since")) is False
    return HTTPStatus.NOT_MODIFIED if is_unchanged else None


def allows_range(condition: str | None, validators: Validators) -> bool:
    """Whether a part goes with those that the peer has: what ``If-Range`` says (§13.1.5)."""
    if condition is None:
        return True
    if condition.startswith(('"', "W/")):
        return _is_strong(condition) and condition == validators.entity_tag
    date = parse_http_date(condition)
    return date is not None and validators.is_settled and date == validators.modified


def _is_later(validators: Validators, date: str | None) -> bool | None:
    """Whether it was modified after the date; ``None`` if there is nothing to compare."""
    moment = None if date is None else parse_http_date(date)
    if moment is None or validators.modified is None:
        return None
    return validators.modified > moment


def _matches_strongly(tags: str, entity_tag: str) -> bool:
    if tags.strip() == "*":
        return True
    return _is_strong(entity_tag) and entity_tag in _entity_tags(tags)


def _matches_weakly(tags: str, entity_tag: str) -> bool:
    if tags.strip() == "*":
        return True
    wanted = entity_tag.removeprefix("W/")
    return any(tag.removeprefix("W/") == wanted for tag in _entity_tags(tags))


def _is_strong(tag: str) -> bool:
    return not tag.startswith("W/")


def _entity_tags(tags: str) -> Iterator[str]:
    """The members of a list of entity tags, up to what is none."""
    position = 0
    while match := _ENTITY_TAG.match(tags, position):
        yield match[1]
        position = match.end()
