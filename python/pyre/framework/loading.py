"""Extensions: modules that are loaded, reloaded and unloaded, also while the server runs.

A change is a transaction. The ``setup`` of an extension registers with a draft of what is there;
when all of it has succeeded, the draft is put in place by one store, and when anything fails, it is
dropped. A request keeps the routes by which it was found.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pyre.framework.contribution import Contribution
from pyre.framework.drafts import Draft, current_draft, drafting, open_draft
from pyre.framework.errors import (
    ExtensionAlreadyLoaded,
    ExtensionError,
    ExtensionFailed,
    ExtensionNotLoaded,
    RegistrationError,
)
from pyre.framework.extension import Extension
from pyre.framework.importing import Modules
from pyre.framework.registry import Registry

if TYPE_CHECKING:
    from pyre.framework.app import App

DRAIN: Final = 10.0
"""Seconds that what runs has for its end, when its extension is unloaded."""


class Extensions:
    """The extensions of an app, and what is registered by them and by the app itself.

    ``put_in_place`` has requests answered by what a registry holds; if it raises, nothing changes.
    """

    def __init__(self, app: "App", put_in_place: Callable[[Registry], None]) -> None:
        self.registry = Registry(Contribution())
        self._app = app
        self._put_in_place = put_in_place
        self._waiting: dict[str, Extension] = {}
        self._leaving: dict[asyncio.Task[None], Extension] = {}
        self._changing = asyncio.Lock()
        self.is_set_up = False
        self._is_ending = False

    @property
    def loaded(self) -> Mapping[str, Extension]:
        """The extensions whose setups have succeeded, by their names."""
        extensions = self._base().extensions
        return MappingProxyType({each.name: each for each in extensions if each.is_set_up})

    def here(self) -> tuple[Registry, Contribution]:
        """Where registrations go now, and on whose behalf.

        In a setup, that is a draft; in what a setup has started, it is its extension. Raises
        ``RegistrationError`` when that was unloaded.
        """
        registry = self._base()
        draft = current_draft(self._app)
        if draft is None:
            return registry, registry.own
        if draft.extension in registry.extensions:
            return registry, draft.extension.contribution
        raise RegistrationError(
            f"{draft.extension.name} is not loaded, and can't register anything"
        )

    def load(self, name: str) -> Awaitable[None]:
        """Load an extension: before the start its module only, while the app runs all of it."""
        if self.is_set_up:
            return self._load(name)
        extension = self._new(name)
        with _failing(name), drafting(Draft(self._app, extension, self._placed(extension, None))):
            extension.import_module(afresh=False)
        self._waiting[name] = extension
        return _Waiting(lambda: self._load_now(extension))

    async def set_up(self) -> None:
        """Set up what waits for the start, in the order in which it was loaded."""
        if self.is_set_up:
            return
        async with self._alone():
            while self._waiting:
                await self._set_up_waiting(next(iter(self._waiting.values())))
            self.is_set_up = True

    async def start(self) -> None:
        """Start the extensions that were set up before the app has started."""
        for extension in self.registry.extensions:
            with _failing(extension.name):
                await extension.contribution.start()

    async def unload(self, name: str, drain: float) -> None:
        """Unload an extension, as ``App.unload`` tells."""
        async with self._changing_one(name, drain):
            if waiting := self._waiting.pop(name, None):
                waiting.modules.purge()
                return
            extension = self._get(name)
            self._replace(self._without(extension))
            extension.modules.purge()
        await self._end(extension, drain)

    async def reload(self, name: str, drain: float) -> None:
        """Load an extension anew, as ``App.reload`` tells."""
        async with self._changing_one(name, drain):
            old = self._get(name)
            new = self._extension(name)
            await self._put(new, replaced=old)
            old.modules.release()
        await self._end(old, drain)

    async def end(self) -> None:
        """End all of them, the last one first. The next start sets them up again."""
        async with self._alone():
            self._is_ending = True
            try:
                for extension in self._leaving.values():
                    extension.contribution.activity.hurry()
                extensions = self.registry.extensions
                for extension in reversed(extensions):
                    await extension.end(0.0)
                if self._leaving:
                    await asyncio.wait(self._leaving)
                self.is_set_up = False
                self._waiting = {each.name: each.again() for each in extensions} | self._waiting
                self._replace(Registry(self.registry.own))
            finally:
                self._is_ending = False

    async def _load(self, name: str) -> None:
        self._refuse_at_the_end(name)
        async with self._alone():
            await self._put(self._new(name))

    async def _load_now(self, extension: Extension) -> None:
        """Load what waits for the start, where a setup of the start can't wait for it."""
        if open_draft(self._app) and self._waiting.get(extension.name) is extension:
            await self._put(extension)
            del self._waiting[extension.name]

    async def _set_up_waiting(self, extension: Extension) -> None:
        name = extension.name
        try:
            await self._put(extension)
        except BaseException:
            # On a server without a lifespan the next request tries again, from the beginning.
            self._waiting[name] = self._extension(name)
            raise
        del self._waiting[name]

    async def _put(self, extension: Extension, replaced: Extension | None = None) -> None:
        """Import, set up and start an extension beside what is there, then put it in place."""
        outer, before = open_draft(self._app), self._base().extensions
        draft = Draft(self._app, extension, self._placed(extension, replaced))
        try:
            with _failing(extension.name), drafting(draft):
                if not extension.is_imported:
                    extension.import_module(afresh=replaced is not None)
                await extension.set_up(self._app)
                if self.is_set_up:
                    await extension.contribution.start()
            with _failing(extension.name):
                self._replace_within(outer, draft.registry)
        except BaseException:
            await _roll_back(draft, before)
            raise
        extension.is_set_up = True
        if open_draft(self._app) is None:
            for each in draft.registry.extensions:
                each.modules.keep()

    def _placed(self, extension: Extension, replaced: Extension | None) -> Registry:
        """What is there, with one extension more, or with one in place of another.

        One that the setup of another asks for comes before that.
        """
        registry, draft = self._base(), open_draft(self._app)
        extensions = list(registry.extensions)
        if replaced is not None:
            extensions[extensions.index(replaced)] = extension
        elif draft is not None:
            extensions.insert(extensions.index(draft.extension), extension)
        else:
            extensions.append(extension)
        return Registry(registry.own, extensions)

    def _without(self, extension: Extension) -> Registry:
        others = (each for each in self.registry.extensions if each is not extension)
        return Registry(self.registry.own, others)

    def _base(self) -> Registry:
        """What is there, for the caller: what is in place, or what a setup has made of it."""
        draft = open_draft(self._app)
        return self.registry if draft is None else draft.registry

    def _replace_within(self, outer: Draft | None, registry: Registry) -> None:
        if outer is not None and not outer.is_open:
            raise ExtensionError(outer.extension.name, "was set up meanwhile, and has not waited")
        self._replace(registry)

    def _replace(self, registry: Registry) -> None:
        """Put a registry in place. Raises ``RegistrationError`` when it can't be.

        It is made anew, since the app itself may have registered something meanwhile.
        """
        registry = Registry(registry.own, registry.extensions)
        registry.check()
        draft = open_draft(self._app)
        if draft is None:
            self._put_in_place(registry)
            self.registry = registry
        else:
            draft.registry = registry

    async def _end(self, extension: Extension, drain: float) -> None:
        """End an extension, also when the caller is cancelled meanwhile."""
        task = asyncio.create_task(extension.end(drain, but=asyncio.current_task()))
        self._leaving[task] = extension
        task.add_done_callback(self._leaving.pop)
        await asyncio.shield(task)

    def _new(self, name: str) -> Extension:
        if name in self._waiting or any(name == each.name for each in self._base().extensions):
            raise ExtensionAlreadyLoaded(name)
        return self._extension(name)

    def _extension(self, name: str) -> Extension:
        return Extension(
            name, Modules(name, lambda: (each.name for each in self._base().extensions))
        )

    def _get(self, name: str) -> Extension:
        for extension in self.registry.extensions:
            if extension.name == name:
                return extension
        raise ExtensionNotLoaded(name)

    @asynccontextmanager
    async def _alone(self) -> AsyncGenerator[None]:
        """Make one change at a time; what a setup asks for is part of its change."""
        draft = open_draft(self._app)
        if draft is not None:
            async with draft.changing:
                yield
            return
        if not self._changing.locked():
            self._changing = asyncio.Lock()  # a lock belongs to the loop in which it was waited for
        async with self._changing:
            yield

    @asynccontextmanager
    async def _changing_one(self, name: str, drain: float) -> AsyncGenerator[None]:
        if not drain >= 0:
            raise ValueError(f"drain is a time in seconds, and not {drain}")
        if open_draft(self._app) is not None:
            raise ExtensionError(name, "can't be unloaded by a setup, which might still fail")
        self._refuse_at_the_end(name)
        async with self._alone():
            yield

    def _refuse_at_the_end(self, name: str) -> None:
        if self._is_ending:
            raise ExtensionError(name, "can't be loaded or unloaded while the app ends")


class _Waiting:
    """What ``load`` returns before the start: there is nothing to wait for, except in a setup."""

    def __init__(self, load_now: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._load_now = load_now

    def __await__(self) -> Generator[Any, Any, None]:
        return self._load_now().__await__()


@contextmanager
def _failing(name: str) -> Generator[None]:
    """Say which extension it is that has failed."""
    try:
        yield
    except (Exception, SystemExit) as error:
        if isinstance(error, ExtensionError) and error.name == name:
            raise
        raise ExtensionFailed(name, error) from error


async def _roll_back(draft: Draft, before: Sequence[Extension]) -> None:
    """Take back what a draft has done besides registering."""
    added = [each for each in draft.registry.extensions if each not in before]
    for extension in reversed(added):
        extension.modules.restore()
        if extension.is_set_up:
            await extension.end(0.0)
        else:
            await extension.contribution.abandon()
