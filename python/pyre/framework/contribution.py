"""What one part of an app has registered: its own code, or the setup of an extension."""

import inspect
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pyre.framework.activity import Activity
from pyre.framework.error_handlers import ErrorHandlers

if TYPE_CHECKING:
    from pyre.framework.alternatives import Converter
    from pyre.framework.blueprint import Blueprint
    from pyre.framework.middleware import Middleware
    from pyre.framework.mounting import Mount
    from pyre.framework.route import Route

Hook: TypeAlias = Callable[[], Any]
"""``def`` or ``async def``, without arguments."""

HookFunction = TypeVar("HookFunction", bound=Hook)


class Contribution:
    """The registrations of one part of an app, in their order, and what runs on their behalf."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self.blueprints: list[Blueprint] = []
        self.middleware: list[Middleware] = []
        self.error_handlers = ErrorHandlers()
        self.mounts: list[Mount] = []
        self.converters: dict[str, Converter] = {}
        self.on_startup: list[Hook] = []
        self.on_shutdown: list[Hook] = []
        self.activity = Activity()
        self.teardown: Hook | None = None
        self._started: AsyncExitStack | None = None

    async def start(self) -> None:
        """Start what is mounted, then run the functions of the start-up; once, until ``stop``.

        When one of them raises, what was started is stopped.
        """
        if self._started is not None:
            return
        if self.activity.is_over:
            self.activity = Activity()
        async with AsyncExitStack() as stack:
            for mount in self.mounts:
                await stack.enter_async_context(mount.lifespan())
            for hook in self.on_startup:
                await call(hook)
            stack.push_async_callback(self._shut_down)
            self._started = stack.pop_all()

    async def stop(self) -> None:
        """Stop what was started, in the opposite order, and cancel what runs on its behalf.

        Each function that wants to know it is called, whatever the others raise.
        """
        gone = [blueprint.on_unload for blueprint in reversed(self.blueprints)]
        teardown = [] if self.teardown is None else [self.teardown]
        await call_all([self._stop_started, *gone, *teardown, self.activity.cancel_tasks])

    async def abandon(self) -> None:
        """Take back what was done before a setup failed: nobody was told that it is complete."""
        await call_all([self._stop_started, self.activity.cancel_tasks])

    async def _stop_started(self) -> None:
        started, self._started = self._started, None
        if started is not None:
            await started.aclose()

    async def _shut_down(self) -> None:
        await call_all(self.on_shutdown)


async def call_all(hooks: Iterable[Hook]) -> None:
    """Call functions in their order, each whatever the others raise; that is raised in the end."""
    errors: list[Exception] = []
    for hook in hooks:
        try:
            await call(hook)
        except Exception as error:  # noqa: BLE001 - raised when all were called
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup(f"{len(errors)} functions have failed", errors)


async def call(hook: Callable[..., Any], *args: object) -> None:
    """Call a function, plain or coroutine."""
    result = hook(*args)
    if inspect.isawaitable(result):
        await result
