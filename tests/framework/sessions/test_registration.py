"""What ``App.sessions`` refuses, and what is said where it was not called."""

import re
from datetime import timedelta
from typing import Annotated, Any

import pytest
from apps.framework_sessions import SECRET
from pyre.framework import App, Cookie, RegistrationError, Request, Session
from pyre.framework.sessions import MemoryStore

from framework.testing.loop import in_loop


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"secrets": []}, "need a secret"),
        ({"secrets": ["short"]}, "at least 32 octets"),
        ({"max_age": 0}, "max_age of sessions is 1 second at least, and not 0"),
        ({"max_age": float("nan")}, "max_age of sessions is 1 second at least, and not nan"),
        ({"max_age": float("inf")}, "max_age of sessions is 1 second at least, and not inf"),
        ({"max_age": timedelta(0)}, "max_age of sessions is 1 second at least"),
        ({"timeout": float("nan")}, "the timeout of the session store is a positive time"),
        ({"timeout": 0}, "the timeout of the session store is a positive time"),
        ({"name": "a b"}, "must be a token"),
        ({"path": "shop"}, 'the path of a cookie begins with "/"'),
        ({"samesite": "none", "secure": False}, "asks for secure=True"),
        ({"prefix": "host", "domain": "a.example"}, "must have"),
    ],
    ids=lambda value: re.sub(r"\W+", "-", str(value)),
)
def test_options_that_can_not_work(options: dict[str, Any], message: str) -> None:
    app = App()
    with pytest.raises(ValueError, match=message):
        app.sessions(**{"secrets": [SECRET]} | options)
    app.sessions(secrets=[SECRET])  # nothing was left behind


def test_a_class_is_no_store() -> None:
    with pytest.raises(TypeError, match=re.escape("store=MemoryStore(...)")):
        App().sessions([SECRET], MemoryStore)  # type: ignore[arg-type]


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(TypeError, match="same_site"):
        App().sessions(secrets=[SECRET], same_site="lax")  # type: ignore[call-arg]


def test_sessions_are_asked_for_once() -> None:
    app = App()
    app.sessions(secrets=[SECRET])
    with pytest.raises(RegistrationError, match="has sessions already"):
        app.sessions(secrets=[SECRET])


def test_a_marker_at_a_session() -> None:
    with pytest.raises(RegistrationError, match="Session is given as it is: remove the marker"):

        @App().endpoint("/")
        async def marked(session: Annotated[Session, Cookie()]) -> None: ...


@in_loop
async def test_an_app_without_sessions(caplog: pytest.LogCaptureFixture) -> None:
    app = App()

    @app.endpoint("/")
    async def touches(request: Request) -> None:
        request.session.clear()

    async with app.test_client() as client:
        assert (await client.get("/")).status_code == 500
        assert "the app has no sessions: call app.sessions(secrets=[secret])" in caplog.text


def test_names_are_text() -> None:
    session = Session({})
    with pytest.raises(TypeError, match="the names in a session are str, and not int"):
        session[1] = "one"  # type: ignore[index]


def test_what_a_session_shows_of_itself() -> None:
    session = Session({"token": "secret"})
    assert repr(session) == "<Session of token>"
    session.clear()
    assert repr(session) == "<Session of nothing>"
