"""The application: what is registered with it, and the interfaces by which servers call it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from os import PathLike
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from pyre import psgi
from pyre.framework.asgi_stack import AsgiStack
from pyre.framework.blueprint import Blueprint
from pyre.framework.contribution import HookFunction
from pyre.framework.dispatcher import Dispatcher
from pyre.framework.endpoint import (
    WEBSOCKET,
    Declaration,
    Endpoint,
    FunctionDecorator,
    checked_methods,
    declared,
)
from pyre.framework.error_handlers import ErrorHandler, Kind
from pyre.framework.errors import RegistrationError
from pyre.framework.extension import Extension
from pyre.framework.lifespan import Lifespan
from pyre.framework.limits import Limits
from pyre.framework.loading import DRAIN, Extensions
from pyre.framework.middleware import Middleware
from pyre.framework.mounting import Mount
from pyre.framework.registry import Registry
from pyre.framework.request import Request
from pyre.framework.responses import Response
from pyre.framework.responses.template import template_environment
from pyre.framework.reversing import Target, url_for
from pyre.framework.route import Answer
from pyre.framework.static import StaticFiles
from pyre.framework.stopping import Stopping
from pyre.server.asgi import ASGIApplication, Receive, Scope, Send

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from jinja2 import Environment

    from pyre.framework.route import Route
    from pyre.framework.testing import TestClient

_Middleware = TypeVar("_Middleware", bound=Middleware)
_Result = TypeVar("_Result")


class App:
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
        self._extensions = Extensions(self, self._put_in_place)
        self._extensions.registry.own.middleware.extend(middleware)
        self._lifespan = Lifespan(
            None if lifespan is None else lambda: lifespan(self), self._extensions, self.stopping
        )
        self._stack = AsgiStack(_Core(self._answer_inside, self._run))
        self._forget_dispatcher()

    def add_blueprint(self, blueprint: Blueprint) -> None:
        """Register the endpoints of a blueprint, all or none, and give it the app.

        Raises ``RegistrationError``, with file and line, for what can't work: a path, a signature,
        or an endpoint that can't be told apart from another one.
        """
        if not isinstance(blueprint, Blueprint):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RegistrationError(f"an instance of a Blueprint is added, and not {blueprint!r}")
        blueprint.app = self
        registry, contribution = self._extensions.here()
        registry.add_blueprint(contribution, blueprint)
        self._change(registry)

    def endpoint(
        self,
        path: str,
        *,
        methods: Iterable[str] = ("GET",),
        middleware: Iterable[Middleware] = (),
        thread: bool = False,
    ) -> FunctionDecorator:
        """Register a function as an endpoint, without a blueprint.

        @app.endpoint("/hello/{name}")
        async def hello(name: str) -> str:
            return f"Hello, {name}!"
        """
        declaration = Declaration(path, checked_methods(methods), tuple(middleware))

        def register(function: Any) -> Any:  # noqa: ANN401 - FunctionDecorator has the types
            return self._register(declared(function, declaration, in_thread=thread))

        return register

    def websocket(self, path: str, *, middleware: Iterable[Middleware] = ()) -> FunctionDecorator:
        """Register a function that serves WebSockets, without a blueprint."""
        declaration = Declaration(path, (WEBSOCKET,), tuple(middleware))

        def register(function: Any) -> Any:  # noqa: ANN401 - FunctionDecorator has the types
            return self._register(declared(function, declaration, is_websocket=True))

        return register

    def middleware(self, layer: _Middleware) -> _Middleware:
        """Have a layer run around everything, within those that are there already.

        @app.middleware
        async def timed(request: Request, call_next: CallNext) -> Response: ...
        """
        registry, contribution = self._extensions.here()
        contribution.middleware.append(layer)
        self._change(registry)
        return layer

    def error(self, *kinds: Kind) -> Callable[[ErrorHandler], ErrorHandler]:
        """Have ``async def handle(request, error)`` answer what nobody further inside has.

        ``kinds`` are classes of exceptions, or statuses of ``HTTPError``; 500 is any defect.

            @app.error(404)
            async def is_missing(request: Request, error: HTTPError) -> Response: ...
        """
        registry, contribution = self._extensions.here()
        add = registry.add_error_handler(contribution, kinds)

        def register(handler: ErrorHandler) -> ErrorHandler:
            add(handler)
            self._change(registry)
            return handler

        return register

    def converter(
        self,
        name: str,
        to_python: Callable[[str], object],
        to_url: Callable[[Any], str] = str,
    ) -> None:
        """Add a converter for paths, before the endpoints that use it.

        ``to_python`` makes the value of a segment, which is decoded and not empty, and raises
        ``ValueError`` for one that it is not; the path then does not match. ``to_url`` goes the
        other way. Raises ``RegistrationError`` for a name that is taken.

            app.converter("hex", lambda text: int(text, 16), lambda number: f"{number:x}")
        """
        registry, contribution = self._extensions.here()
        registry.converters(contribution).add(name, to_python, to_url)

    def mount(self, path: str, app: ASGIApplication | psgi.ApplicationObject) -> None:
        """Have another application answer what is below ``path``, where no endpoint does.

        Its ``root_path`` is ``path``, and its lifespan is driven with the app's own.
        """
        registry, contribution = self._extensions.here()
        contribution.mounts.append(Mount(path, app))
        self._change(registry)

    def static(
        self,
        path: str,
        directory: "str | PathLike[str]",
        *,
        name: str = "static",
        **options: Any,  # noqa: ANN401 - those of StaticFiles
    ) -> None:
        """Serve the files of a directory below ``path``; for the options see ``StaticFiles``.

        ``name`` is what ``url_for`` knows them by.

            app.static("/assets", "dist", cache_control="public, max-age=3600")
            app.url_for("static", path="style.css")
        """
        files = StaticFiles(directory, **options)

        async def file(request: Request, path: str) -> Response:
            return files.respond(path, request.psgi)

        async def index(request: Request) -> Response:
            return files.respond("", request.psgi)

        file.__name__ = index.__name__ = name
        self.endpoint(path.rstrip("/") + "/{path:path}")(file)
        self.endpoint(path.rstrip("/") + "/")(index)

    def wrap_asgi(self, middleware: Callable[..., ASGIApplication], **options: object) -> None:
        """Put ASGI middleware made by others around the app, outside of what is there already.

        app.wrap_asgi(SentryAsgiMiddleware)
        """
        self.refuse_in_setup("ASGI middleware")
        self._stack.wrap(middleware, options)
        self._forget_dispatcher()

    def on_startup(self, hook: HookFunction) -> HookFunction:
        """Have a function, plain or coroutine, run before the first request."""
        _, contribution = self._extensions.here()
        contribution.on_startup.append(hook)
        return hook

    def on_shutdown(self, hook: HookFunction) -> HookFunction:
        """Have a function, plain or coroutine, run after the last request."""
        _, contribution = self._extensions.here()
        contribution.on_shutdown.append(hook)
        return hook

    def create_task(
        self, coroutine: Coroutine[Any, Any, _Result], *, name: str | None = None
    ) -> asyncio.Task[_Result]:
        """Run a coroutine in the background until the app ends; what it raises is logged.

        In the setup of an extension, and in what that has started, until the extension ends.
        Raises ``RuntimeError`` where no event loop runs.
        """
        _, contribution = self._extensions.here()
        return contribution.activity.create_task(coroutine, name)

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
        """A client in the same process, without a socket; see ``TestClient``. Needs httpx.

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
            return self._run(state)
        lifespan: AbstractAsyncContextManager[None] = guest.__psgi_lifespan__(state)
        return lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a scope of ASGI 3."""
        await self._stack.application(scope, receive, send)

    def refuse_in_setup(self, what: str) -> None:
        """Raise ``RegistrationError`` if an extension wants what can't be taken away again."""
        registry, contribution = self._extensions.here()
        if contribution is not registry.own:
            raise RegistrationError(
                f"{what} can't be unloaded: it is for the app, and no extension"
            )

    def _register(self, endpoint: Endpoint[..., Any]) -> Endpoint[..., Any]:
        """Add what an endpoint was declared to answer last."""
        registry, contribution = self._extensions.here()
        registry.add_endpoint(contribution, endpoint)
        self._change(registry)
        return endpoint

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

    @asynccontextmanager
    async def _run(self, state: dict[str, Any]) -> "AsyncGenerator[None]":
        try:
            await self.prepare()
        except BaseException:
            await self._extensions.end()
            raise
        async with self._lifespan.run(state):
            yield


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
