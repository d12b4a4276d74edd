"""What runs when the server starts, and when it stops."""

import inspect
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeAlias, TypeVar

from pyre.framework.mounting import Mount
from pyre.framework.stopping import Stopping

Hook: TypeAlias = Callable[[], Any]
"""``def`` or ``async def``, without arguments."""

HookFunction = TypeVar("HookFunction", bound=Hook)


class Lifespan:
    """The hooks of an app, and the lifespans of what is mounted in it."""

    def __init__(
        self,
        context: Callable[[], AbstractAsyncContextManager[Mapping[str, Any] | None]] | None,
        stopping: Stopping,
    ) -> None:
        self._context = context
        self._stopping = stopping
        self.on_startup: list[Hook] = []
        self.on_shutdown: list[Hook] = []

    @asynccontextmanager
    async def run(self, state: dict[str, Any], mounts: tuple[Mount, ...]) -> AsyncGenerator[None]:
        """Start all, and stop all in the opposite order.

        Each hook of a shutdown runs, whatever the others raise, if all of the start-up did.
        """
        async with AsyncExitStack() as stack:
            if self._context is not None:
                given = await stack.enter_async_context(self._context())
                state.update(given or {})
            for mount in mounts:
                await stack.enter_async_context(mount.lifespan())
            for hook in self.on_startup:
                await _call(hook)
            for hook in reversed(self.on_shutdown):
                stack.push_async_callback(_call, hook)
            stack.enter_context(self._stopping.watching())
            yield


async def _call(hook: Hook) -> None:
    result = hook()
    if inspect.isawaitable(result):
        await result
