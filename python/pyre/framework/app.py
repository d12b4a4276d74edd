"""The application: what is registered with it, and the interfaces by which servers call it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from os import PathLike
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Unpack

from pyre import psgi
from pyre.framework.asgi_stack import AsgiStack
from pyre.framework.dispatcher import Dispatcher
from pyre.framework.errors import RegistrationError
from pyre.framework.extension import Extension
from pyre.framework.lifespan import Lifespan
from pyre.framework.limits import Limits
from pyre.framework.loading import DRAIN, Extensions
from pyre.framework.middleware import Middleware
from pyre.framework.registering import Registering
from pyre.framework.registry import Registry
from pyre.framework.responses.template import template_environment
from pyre.framework.reversing import Target, url_for
from pyre.framework.route import Answer
from pyre.framework.stopping import Stopping
from pyre.server.asgi import ASGIApplication, Receive, Scope, Send

if TYPE_CHECKING:
    from jinja2 import Environment

    from pyre.framework.openapi import Edit, OpenAPI
    from pyre.framework.responses.cookies import CookieScope
    from pyre.framework.route import Route
    from pyre.framework.sessions import SessionStore
    from pyre.framework.sessions.sessions import Sessions
    from pyre.framework.testing import TestClient


class App(Registering):
    """An application of PSGI and of ASGI 3: any server of either runs it.

    ``middleware`` runs around everything, the first of it outside. ``lifespan(app)`` returns an
    asynchronous context manager around the time in which the server serves; a mapping that it
    gives is what ``request.state`` begins with. ``limits`` bound what a request may hold.
    ``templates`` is a directory or a ``jinja2.Environment``. With ``redirect_slashes``, a path with
    a slash too many or too few at its end is redirected.

        app = App()
        app.add_blueprint(Books())

    ``state`` is for the application: whatever is set on it.
    """

    def __init__(
        self,
        *,
        middleware: Iterable[Middleware] = (),
        lifespan: Callable[["App"], AbstractAsyncContextManager[Mapping[str, Any] | None]]
        | None = None,
        limits: Limits | None = None,
        templates: "str | PathLike[str] | Environment | None" = None,
        redirect_slashes: bool = False,
    ) -> None:
        self.state = SimpleNamespace()
        self.limits = Limits() if limits is None else limits
        self.templates = _environment(templates)
        self.redirect_slashes = redirect_slashes
        self.stopping = Stopping()
        self.session_keeping: Sessions | None = None
        self._extensions = Extensions(self, self._put_in_place)
        self._extensions.registry.own.middleware.extend(middleware)
        context = None if lifespan is None else lambda: lifespan(self)
        self._lifespan = Lifespan(context, self.prepare, self._extensions, self.stopping)
        self._stack = AsgiStack(_Core(self._answer_inside, self._lifespan.run))
        self._forget_dispatcher()

    def openapi(  # noqa: PLR0913 - each is independent of the others
        self,
        title: str,
        version: str = "1.0.0",
        *,
        path: str = "/openapi.json",
        ui: str | None = "/docs",
        description: str = "",
        servers: Sequence[str] = (),
        edit: "Edit | None" = None,
    ) -> "OpenAPI":
        """Describe the app by OpenAPI 3.1 at ``path``, and show that on a page at ``ui``.

        ``title`` and ``version`` are those of the API, ``description`` may be CommonMark, and
        ``servers`` are URLs; without any, it is where the app is. ``edit(document)`` changes the
        document, a ``dict``, in place. Raises ``RegistrationError`` for paths that are taken, or
        that have placeholders.

            app.openapi("Books", "2.1.0")
        """
        from pyre.framework.openapi import Info, OpenAPI  # noqa: PLC0415 - not all apps have one

        openapi = OpenAPI(self, Info(title, version, description, tuple(servers)), edit)
        openapi.serve(path, ui)
        return openapi

    def sessions(
        self,
        secrets: Iterable[str | bytes],
        store: "SessionStore | None" = None,
        *,
        max_age: timedelta | float = timedelta(days=14),
        timeout: float = 2.0,
        name: str = "session",
        **cookie: "Unpack[CookieScope]",
    ) -> None:
        """Have the app remember its visitors: ``request.session`` is a mapping that is saved.

        ``secrets``, each of 32 octets or more, sign the cookies: the first of them new ones, and
        what any of them has signed is taken. Without a ``store``, such as ``RedisStore`` and
        ``MemoryStore``, all of a session is in its cookie, for its visitor to read, and not to
        change. ``max_age``, ``timedelta`` or seconds, is counted from the last time that the
        session was saved; a session that is touched when half of it is over is saved again.
        ``timeout``, in seconds, is what a store has for each answer. ``name`` and ``cookie`` are
        the cookie's, with the keywords of ``Response.set_cookie``; ``secure`` left out is as the
        request came.

        Raises ``RegistrationError`` the second time and in the setup of an extension,
        ``ValueError`` for what can't work, a short secret above all.

            app.sessions(secrets=[newest, older], store=RedisStore("redis://localhost"))
        """
        from pyre.framework.sessions.sessions import Sessions  # noqa: PLC0415 - not all apps have them

        self.refuse_in_setup("sessions")
        if self.session_keeping is not None:
            raise RegistrationError("the app has sessions already")
        if isinstance(store, type):
            raise TypeError(f"a store is an object: store={store.__name__}(...)")
        self.session_keeping = Sessions(
            secrets, store, max_age=max_age, timeout=timeout, name=name, scope=cookie
        )
        if store is not None:
            self.on_shutdown(store.close)
        self._forget_dispatcher()

    def wrap_asgi(self, middleware: Callable[..., ASGIApplication], **options: object) -> None:
        """Put ASGI middleware made by others around the app, outside of what is there already.

        ``middleware`` is called with the application inside of it, and with ``options``.

            app.wrap_asgi(GZipMiddleware, minimum_size=500)
        """
        self.refuse_in_setup("ASGI middleware")
        self._stack.wrap(middleware, options)
        self._forget_dispatcher()

    def load(self, name: str) -> Awaitable[None]:
        """Load an extension: a module that has ``setup(app)``, a plain or a coroutine function.

        Before the start, the module is imported at once and its ``setup`` runs at the start; there
        is nothing to wait for. While the app runs, it is done when this was awaited.

            app.load("shop.books")        # beside App()
            await app.load("shop.books")  # in an endpoint, say

        What was registered while the ``setup`` ran, in its context, belongs to the extension. If
        the import or the ``setup`` raises, the app is as it was. Raises ``ExtensionError``:
        ``ExtensionNotFound``, ``ExtensionAlreadyLoaded``, ``NoSetupError``, or ``ExtensionFailed``
        with the ``original``.
        """
        return self._extensions.load(name)

    async def unload(self, name: str, drain: float = DRAIN) -> None:
        """Take away what an extension has registered, then end what runs on its behalf.

        New requests do not reach it any more. Its WebSockets are closed with 1001, its event
        streams end, and its handlers and other streams have ``drain`` seconds. Those left are
        cancelled; the peer of a handler gets 503. Then its functions of ``on_shutdown`` are called,
        ``on_unload`` of its blueprints and ``teardown(app)`` of its module, and its tasks are
        cancelled. What raises meanwhile is logged. The caller's own request is not waited for, and
        when the caller is cancelled, the rest is done all the same.

        Raises ``ExtensionNotLoaded``, and ``ValueError`` for a ``drain`` that is no time.
        """
        await self._extensions.unload(name, drain)

    async def reload(self, name: str, drain: float = DRAIN) -> None:
        """Load an extension anew from its sources, and put it in the place of the old one.

        No request comes between the two; then the old one ends, as ``unload`` tells. If the import
        or the ``setup`` of the new one raises, the old one stays. Raises ``ExtensionError`` as
        ``load`` and ``unload`` do.
        """
        await self._extensions.reload(name, drain)

    @property
    def loaded(self) -> Mapping[str, Extension]:
        """The extensions that are set up, by their names."""
        return self._extensions.loaded

    @property
    def routes(self) -> Sequence["Route"]:
        """What is registered, in the order of registration."""
        return self._extensions.here()[0].routes

    def find(self, method: str, raw_path: bytes) -> tuple[Any, tuple[Any, ...]]:
        """The route for a method and a raw path, and the values of its placeholders.

        Without a route it is ``None``, and the methods that the path has.
        """
        return self._dispatcher.find(method, raw_path)

    def url_for(self, endpoint: Target, /, **values: object) -> str:
        """The path of an endpoint, with ``values`` for its placeholders, the rest as its query.

        ``endpoint`` is ``"Books.show"``, or the endpoint itself. Raises ``LookupError`` where there
        is none, or values are missing, and ``ValueError`` for one that the path does not take.

            app.url_for("Books.show", number=7)
        """
        return url_for(self.routes, endpoint, values)

    def test_client(self, **options: Any) -> "TestClient":  # noqa: ANN401 - those of TestClient
        """A client in the same process, without a socket. Needs httpx.

        ``options`` are those of ``TestClient``.

            async with app.test_client() as client:
                response = await client.get("/")
        """
        from pyre.framework.testing import TestClient  # noqa: PLC0415 - needs httpx

        return TestClient(self, **options)

    async def prepare(self) -> None:
        """Set up what was loaded, and build the table of routes. Servers need not call it."""
        await self._extensions.set_up()
        self._build(self._extensions.registry)

    def __psgi__(self, request: psgi.Request) -> Answer:
        """Answer a request of PSGI (section 1)."""
        return self._answer(request)

    def __psgi_lifespan__(self, state: dict[str, Any]) -> AbstractAsyncContextManager[None]:
        """The time in which the server serves (PSGI section 1, Lifespan)."""
        guest = self._stack.guest
        if guest is None:
            return self._lifespan.run(state)
        lifespan: AbstractAsyncContextManager[None] = guest.__psgi_lifespan__(state)
        return lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a scope of ASGI 3."""
        await self._stack.application(scope, receive, send)

    def _change(self, registry: Registry) -> None:
        """Have the next request see what was registered, unless that is still a draft."""
        if registry is self._extensions.registry:
            self._forget_dispatcher()

    def _forget_dispatcher(self) -> None:
        """Have the next request prepare the app; those before it have their routes."""
        self._core_answer: Callable[[psgi.Request], Answer] = self._prepare_and_answer
        guest = self._stack.guest
        self._answer: Callable[[psgi.Request], Answer] = (
            self._prepare_and_answer if guest is None else guest.__psgi__
        )

    def _put_in_place(self, registry: Registry) -> None:
        """Have requests answered by what a registry holds. Raises, or changes all at once."""
        if self._extensions.is_set_up:
            self._build(registry)
        else:
            self._forget_dispatcher()

    def _build(self, registry: Registry) -> None:
        dispatcher = Dispatcher(self, registry)
        self._dispatcher = dispatcher
        self._core_answer = dispatcher.answer
        if self._stack.guest is None:
            self._answer = dispatcher.answer

    def _answer_inside(self, request: psgi.Request) -> Answer:
        """Answer what ASGI middleware has let through."""
        return self._core_answer(request)

    async def _prepare_and_answer(self, request: psgi.Request) -> psgi.Response | None:
        """Answer the first request after a change, also on a server without a lifespan."""
        await self.prepare()
        answer = self._core_answer(request)
        return await answer if isinstance(answer, Awaitable) else answer


def _environment(templates: "str | PathLike[str] | Environment | None") -> "Environment | None":
    return template_environment(templates) if isinstance(templates, str | PathLike) else templates


class _Core:
    """The app without the ASGI middleware around it."""

    def __init__(
        self,
        answer: Callable[[psgi.Request], Answer],
        run: Callable[[dict[str, Any]], AbstractAsyncContextManager[None]],
    ) -> None:
        self._answer = answer
        self._run = run

    def __psgi__(self, request: psgi.Request) -> Answer:
        return self._answer(request)

    def __psgi_lifespan__(self, state: dict[str, Any]) -> AbstractAsyncContextManager[None]:
        return self._run(state)
