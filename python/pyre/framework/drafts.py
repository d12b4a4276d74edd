"""The app as it will be, if the setup that runs succeeds."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyre.framework.app import App
    from pyre.framework.extension import Extension
    from pyre.framework.registry import Registry


class Draft:
    """What ``registry`` holds beside what is in place: the registrations of one extension.

    It belongs to the context of the setup, and to those of the tasks that the setup has started.
    """

    def __init__(self, app: "App", extension: "Extension", registry: "Registry") -> None:
        self.app = app
        self.extension = extension
        self.registry = registry
        self.outer = _DRAFT.get()
        self.is_open = True
        self.changing = asyncio.Lock()


_DRAFT: ContextVar[Draft | None] = ContextVar("pyre.framework.draft", default=None)


def current_draft(app: "App") -> Draft | None:
    """The draft of an app, in whose setup, or in what that has started, the caller runs."""
    draft = _DRAFT.get()
    while draft is not None and draft.app is not app:
        draft = draft.outer
    return draft


def open_draft(app: "App") -> Draft | None:
    """The draft of the innermost setup of an app that the caller runs in, if it still runs."""
    draft = current_draft(app)
    while draft is not None and not (draft.is_open and draft.app is app):
        draft = draft.outer
    return draft


@contextmanager
def drafting(draft: Draft) -> Generator[Draft]:
    """Have all that is registered in this context go to the draft."""
    token = _DRAFT.set(draft)
    try:
        yield draft
    finally:
        draft.is_open = False
        _DRAFT.reset(token)
