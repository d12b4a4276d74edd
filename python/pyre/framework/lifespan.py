"""What runs when the server starts, and when it stops."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyre.framework.loading import Extensions
    from pyre.framework.stopping import Stopping


class Lifespan:
    """The context manager of an app, and within it what the app and its extensions have."""

    def __init__(
        self,
        context: Callable[[], AbstractAsyncContextManager[Mapping[str, Any] | None]] | None,
        prepare: Callable[[], Awaitable[None]],
        extensions: "Extensions",
        stopping: "Stopping",
    ) -> None:
        self._context = context
        self._prepare = prepare
        self._extensions = extensions
        self._stopping = stopping

    @asynccontextmanager
    async def run(self, state: dict[str, Any]) -> AsyncGenerator[None]:
        """Start all, and stop all in the opposite order."""
        own = self._extensions.registry.own
        async with AsyncExitStack() as stack:
            if self._context is not None:
                given = await stack.enter_async_context(self._context())
                state.update(given or {})
            await self._set_up()
            stack.push_async_callback(own.stop)
            await own.start()
            stack.push_async_callback(self._extensions.end)
            await self._extensions.start()
            stack.enter_context(self._stopping.watching())
            yield

    async def _set_up(self) -> None:
        """Run the setups of extensions, which may use what the context manager has made."""
        try:
            await self._prepare()
        except BaseException:
            await self._extensions.end()
            raise
