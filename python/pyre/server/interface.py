"""Which interface an application has, and whether it can be called as that interface asks."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeAlias

from pyre.server import psgi
from pyre.server.asgi import ASGIApplication
from pyre.server.errors import ApplicationImportError
from pyre.server.psgi import PSGIApplication, SupportsPSGI

Interface: TypeAlias = Literal["asgi", "psgi"]
InterfaceMode: TypeAlias = Literal["auto", "asgi", "psgi"]
AnyApplication: TypeAlias = ASGIApplication | PSGIApplication | SupportsPSGI

_PARAMETERS: dict[Interface, tuple[str, ...]] = {
    "asgi": ("scope", "receive", "send"),
    "psgi": ("request",),
}
_WSGI = ("environ", "start_response")
_KINDS: dict[InterfaceMode, str] = {
    "auto": "an application is a callable, or an object with a method __psgi__",
    "asgi": "an ASGI application is a callable",
    "psgi": "a PSGI application is a callable, or an object with a method __psgi__",
}


@dataclass(frozen=True, slots=True)
class Application:
    """An application that can be served.

    ``app`` is the object itself, ``call`` what is called for each request: the object too, or its
    method ``__psgi__``.
    """

    app: object
    interface: Interface
    call: Callable[..., Any]


def as_application(
    app: object, name: str, mode: InterfaceMode = "auto", *, is_made: bool = False
) -> Application:
    """Return ``app`` with its interface; ``auto`` is PSGI for an object with ``__psgi__``.

    Raises ``ApplicationImportError`` when it can't be called as the interface asks. The message
    calls it ``name``, and does not take it for a factory when it ``is_made`` by one.
    """
    method = None if mode == "asgi" else psgi.method_of(app, "__psgi__")
    interface: Interface = "asgi" if mode != "psgi" and method is None else "psgi"
    call = app if method is None else method
    if not callable(call):
        raise ApplicationImportError(
            f"{name} is not callable but of type {type(app).__name__!r}; {_meant(app, mode)}"
        )
    if not _takes(call, _PARAMETERS[interface]):
        subject = name if method is None else f"the method __psgi__ of {name}"
        advice = _advice(app, interface, is_made=is_made)
        raise ApplicationImportError(
            f"{subject} can't be called with ({', '.join(_PARAMETERS[interface])}),"
            f" as {interface.upper()} asks{advice}"
        )
    return Application(app, interface, call)


def is_asgi_application(value: object) -> bool:
    """Whether ``value`` is called by ASGI, and can't be called without arguments."""
    return _takes(value, _PARAMETERS["asgi"]) and not _takes(value, ())


def _meant(app: object, mode: InterfaceMode) -> str:
    if not isinstance(app, ModuleType):
        return _other_interface(app) or _KINDS[mode]
    from pyre.server import suggestions  # noqa: PLC0415 - only a failed start pays for it

    return suggestions.for_module_as_application(app)


def _advice(app: object, interface: Interface, *, is_made: bool) -> str:
    """What may have been meant, by what ``app`` does take."""
    other = _other_interface(app)
    if other:
        return f"; {other}"
    options: list[str] = []
    if not is_made and _takes(app, ()):
        options.append("--factory if it makes the application")
    if interface == "asgi" and _takes(app, _PARAMETERS["psgi"]):
        options.append("--interface psgi if it is a PSGI application")
    if interface == "psgi" and _takes(app, _PARAMETERS["asgi"]):
        options.append("--interface asgi if it is an ASGI application")
    return f"; add {', or '.join(options)}" if options else ""


def _other_interface(app: object) -> str:
    """How to serve an application by an interface that is not there."""
    if hasattr(app, "__rsgi__") or _parameters(app) == ("scope", "protocol"):
        return "RSGI is Granian's own: write the application for ASGI"
    if _parameters(app) == ("scope",):
        return "it looks like ASGI 2: wrap it by guarantee_single_callable of asgiref"
    if inspect.iscoroutinefunction(app):
        return ""
    if _parameters(app) == _WSGI or (_takes(app, _WSGI) and not isinstance(app, type)):
        return (
            "it looks like a WSGI application, and WSGI is not there yet: wrap it in ASGI, as"
            " WSGIMiddleware of a2wsgi or WsgiToAsgi of asgiref does"
        )
    return ""


def _parameters(function: object) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function, follow_wrapped=False).parameters)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ()


def _takes(function: object, parameters: tuple[str, ...]) -> bool:
    if not callable(function):
        return False
    # A decorator may promise the signature of what it wraps; only its own counts when it is called.
    try:
        inspect.signature(function, follow_wrapped=False).bind(*parameters)
    except TypeError:
        return False
    except ValueError:
        return True  # written in C without a signature: the first request will tell
    return True
