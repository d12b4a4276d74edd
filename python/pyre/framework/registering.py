"""What can be registered with an app: by its own code, and by the setups of extensions."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pyre import psgi
from pyre.framework.blueprint import Blueprint
from pyre.framework.contribution import HookFunction
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
from pyre.framework.loading import Extensions
from pyre.framework.middleware import Middleware
from pyre.framework.mounting import Mount
from pyre.framework.registry import Registry
from pyre.framework.request import Request
from pyre.framework.responses import Response
from pyre.framework.static import StaticFiles
from pyre.server.asgi import ASGIApplication

if TYPE_CHECKING:
    from os import PathLike

    from pyre.framework.app import App

_Middleware = TypeVar("_Middleware", bound=Middleware)
_Result = TypeVar("_Result")


class Registering:
    """The part of ``App`` by which blueprints, functions and others are registered.

    In the ``setup`` of an extension, and in what that has started, what is registered is the
    extension's, and goes when it is unloaded.
    """

    _extensions: Extensions

    def add_blueprint(self, blueprint: Blueprint) -> None:
        """Register the endpoints of a blueprint, all or none, and give it the app.

        Raises ``RegistrationError``, with file and line, for what can't work: a path, a signature,
        or an endpoint that can't be told apart from another one.
        """
        if not isinstance(blueprint, Blueprint):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RegistrationError(f"an instance of a Blueprint is added, and not {blueprint!r}")
        blueprint.app = cast("App", self)
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

        The arguments are those of ``framework.endpoint``.

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

        It runs where there is no endpoint, too.

            @app.middleware
            async def timed(request: Request, call_next: CallNext) -> Response:
                return await call_next(request)
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
        """Have requests see what was registered."""
        raise NotImplementedError
