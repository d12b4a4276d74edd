import functools

import pytest
from flask import Flask
from pyre.server.errors import ApplicationImportError
from pyre.server.interface import as_application


def asgi(scope, receive, send): ...


def psgi(request): ...


def wsgi(environ, start_response): ...


class WSGISite:
    def __call__(self, environ, start_response): ...


class WSGIResponse:
    """An application is called once for each request, and may be a class, as in PEP 3333."""

    def __init__(self, environ, start_response): ...


def asgi2(scope): ...


class ASGI2Site:
    def __init__(self, scope): ...


def rsgi(scope, protocol): ...


class RSGISite:
    def __rsgi__(self, scope, protocol): ...


def either(*arguments): ...


def create(): ...


def create_with(settings=None): ...


class Site:
    def __psgi__(self, request): ...


class ASGISite:
    async def __call__(self, scope, receive, send): ...


class PSGISite:
    def __call__(self, request): ...


class Both(Site, ASGISite): ...


class Disowned(ASGISite):
    __psgi__ = "not callable"


class Static:
    @staticmethod
    def __psgi__(request): ...


class Mistaken(ASGISite):
    def __psgi__(self): ...


class Delegating:
    """Has what another object has, as a proxy does."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


@functools.wraps(asgi)
def wrapped_psgi(request): ...


@pytest.mark.parametrize("mode", ["auto", "asgi"])
@pytest.mark.parametrize(
    "app",
    [asgi, either, ASGISite(), ASGISite().__call__, functools.partial(asgi), Disowned(), type],
)
def test_a_callable_with_three_arguments_is_an_asgi_application(app, mode):
    application = as_application(app, "main:app", mode)
    assert (application.app, application.interface) == (app, "asgi")
    assert application.call is app


@pytest.mark.parametrize("mode", ["auto", "psgi"])
@pytest.mark.parametrize("app", [Site(), Both(), Static(), Static, Delegating(Site())])
def test_an_object_with_the_method_of_psgi_is_a_psgi_application(app, mode):
    application = as_application(app, "main:app", mode)
    assert (application.app, application.interface) == (app, "psgi")
    assert application.call == app.__psgi__


@pytest.mark.parametrize(
    "app", [psgi, either, PSGISite(), functools.partial(psgi), wrapped_psgi, create_with, type]
)
def test_a_callable_with_one_argument_is_a_psgi_application_when_told(app):
    application = as_application(app, "main:app", "psgi")
    assert (application.app, application.interface) == (app, "psgi")
    assert application.call is app


def test_asgi_does_not_look_at_the_method_of_psgi():
    both = Both()
    application = as_application(both, "main:app", "asgi")
    assert (application.interface, application.call) == ("asgi", both)


NOT_ASGI = "main:app can't be called with (scope, receive, send), as ASGI asks"
NOT_PSGI = "main:app can't be called with (request), as PSGI asks"
TRY_FACTORY = "--factory if it makes the application"
TRY_ASGI = "--interface asgi if it is an ASGI application"
TRY_PSGI = "--interface psgi if it is a PSGI application"
IS_WSGI = (
    "it looks like a WSGI application, and WSGI is not there yet: wrap it in ASGI, as"
    " WSGIMiddleware of a2wsgi or WsgiToAsgi of asgiref does"
)
IS_ASGI2 = "it looks like ASGI 2: wrap it by guarantee_single_callable of asgiref"
IS_RSGI = "RSGI is Granian's own: write the application for ASGI"


@pytest.mark.parametrize(
    ("app", "mode", "complaint"),
    [
        (psgi, "auto", f"{NOT_ASGI}; add {TRY_PSGI}"),
        (psgi, "asgi", f"{NOT_ASGI}; add {TRY_PSGI}"),
        (wrapped_psgi, "auto", f"{NOT_ASGI}; add {TRY_PSGI}"),
        (create, "auto", f"{NOT_ASGI}; add {TRY_FACTORY}"),
        (create_with, "auto", f"{NOT_ASGI}; add {TRY_FACTORY}, or {TRY_PSGI}"),
        (Site, "asgi", f"{NOT_ASGI}; add {TRY_FACTORY}"),
        (wsgi, "auto", f"{NOT_ASGI}; {IS_WSGI}"),
        (wsgi, "psgi", f"{NOT_PSGI}; {IS_WSGI}"),
        (WSGISite(), "auto", f"{NOT_ASGI}; {IS_WSGI}"),
        (WSGIResponse, "auto", f"{NOT_ASGI}; {IS_WSGI}"),
        (functools.partial(wsgi), "auto", f"{NOT_ASGI}; {IS_WSGI}"),
        (Flask("main"), "auto", f"{NOT_ASGI}; {IS_WSGI}"),
        (asgi2, "auto", f"{NOT_ASGI}; {IS_ASGI2}"),
        (ASGI2Site, "auto", f"{NOT_ASGI}; {IS_ASGI2}"),
        (rsgi, "auto", f"{NOT_ASGI}; {IS_RSGI}"),
        (RSGISite(), "auto", f"main:app is not callable but of type 'RSGISite'; {IS_RSGI}"),
        (asgi, "psgi", f"{NOT_PSGI}; add {TRY_ASGI}"),
        (Disowned(), "psgi", f"{NOT_PSGI}; add {TRY_ASGI}"),
        (create, "psgi", f"{NOT_PSGI}; add {TRY_FACTORY}"),
        (Site, "auto", f"the method __psgi__ of {NOT_PSGI}; add {TRY_FACTORY}"),
        (Site, "psgi", f"the method __psgi__ of {NOT_PSGI}; add {TRY_FACTORY}"),
        (Mistaken(), "auto", f"the method __psgi__ of {NOT_PSGI}; add {TRY_ASGI}"),
    ],
)
def test_what_can_not_be_called_so_is_refused_with_advice(app, mode, complaint):
    with pytest.raises(ApplicationImportError) as raised:
        as_application(app, "main:app", mode)
    assert str(raised.value) == complaint


@pytest.mark.parametrize(
    ("app", "mode", "kinds"),
    [
        (7, "auto", "an application is a callable, or an object with a method __psgi__"),
        (7, "psgi", "a PSGI application is a callable, or an object with a method __psgi__"),
        (Site(), "asgi", "an ASGI application is a callable"),
    ],
)
def test_what_is_not_callable_is_refused(app, mode, kinds):
    with pytest.raises(ApplicationImportError) as raised:
        as_application(app, "main:app", mode)
    kind = type(app).__name__
    assert str(raised.value) == f"main:app is not callable but of type {kind!r}; {kinds}"


def test_what_a_factory_has_made_is_not_taken_for_a_factory():
    with pytest.raises(ApplicationImportError, match=r"as ASGI asks$"):
        as_application(create, "what the factory returned", is_made=True)
