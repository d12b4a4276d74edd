"""Cookies that no endpoint has set: none of them raises, and none of them is somebody's session."""

import asyncio
import time
from binascii import b2a_base64
from collections.abc import Iterator

import pytest
from apps.framework_sessions import SECRET, site
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework import App, Request
from pyre.framework.responses import Response
from pyre.framework.sessions.signing import Signer

from framework.request.host import Host, at_once
from framework.sessions.clients import cookie, serving, values
from framework.testing.loop import in_loop

MINE = {"user": "me"}


def request(app: App, *cookies: str) -> Request:
    headers = [("cookie", f"session={each}") for each in cookies]
    return Request(Host(headers=headers), app)


def touched(app: App, *cookies: str) -> dict[str, object] | None:
    """What the session of a request holds; nothing for a new one."""
    session = request(app, *cookies).session
    return None if session.is_new else dict(session)


def set_by(app: App, kept: dict[str, object]) -> str:
    """The cookie of a session."""
    first = request(app)
    first.session.update(kept)
    response = Response()
    assert app.session_keeping
    at_once(app.session_keeping.save(first.session, response, first))
    return response.headers["set-cookie"].partition(";")[0].partition("=")[2]


APP = site(None)
SIGNED = set_by(APP, MINE)


def test_the_cookie_itself_is_taken() -> None:
    assert touched(APP, SIGNED) == MINE


@given(st.text(st.characters(codec="latin-1", exclude_characters=";")))
def test_any_cookie(text: str) -> None:
    assert touched(APP, text) is None


@given(st.data())
def test_a_tampered_cookie(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SIGNED) - 1))
    other = data.draw(st.characters(codec="latin-1", exclude_characters="; \t\n\r"))
    tampered = SIGNED[:place] + other + SIGNED[place + 1 :]
    assert touched(APP, tampered) == (MINE if tampered == SIGNED else None)


@given(st.integers(0, len(SIGNED) - 1))
def test_a_truncated_cookie(length: int) -> None:
    assert touched(APP, SIGNED[:length]) is None
    assert touched(APP, SIGNED[len(SIGNED) - length :]) is None


@given(st.integers(1, 70_000))
def test_an_oversized_cookie(size: int) -> None:
    assert touched(APP, SIGNED + "x" * size) is None
    assert touched(APP, "x" * size + SIGNED) is None


@given(st.binary(max_size=200))
def test_whatever_we_have_signed_ourselves(octets: bytes) -> None:
    """As an application of the same secret might have, which keeps something else."""
    signer = Signer([SECRET], "content of session", 3600)
    assert touched(APP, signer.sign(b2a_base64(octets, newline=False).decode())) in (None, {})
    assert touched(APP, signer.sign(octets.hex()[1:])) is None


@pytest.mark.parametrize("kept", ["[]", "7", "null", '"text"', "", "{", '{"a": }', "\ud800"])
def test_content_that_is_no_session(kept: str) -> None:
    signer = Signer([SECRET], "content of session", 3600)
    text = b2a_base64(kept.encode("utf-8", "surrogatepass"), newline=False).decode()
    assert touched(APP, signer.sign(text)) is None


def test_of_two_cookies_the_first_counts() -> None:
    other = set_by(APP, {"user": "other"})
    assert touched(APP, f"{SIGNED}; session={other}") == MINE


def test_the_secret_of_another_app() -> None:
    other = site(None, secrets=["the secret of quite another app!"])
    assert touched(other, SIGNED) is None


def test_the_cookie_of_another_name() -> None:
    other = site(None, name="other")
    assert request(other, SIGNED).session.is_new
    as_other = Request(Host(headers=[("cookie", f"other={SIGNED}")]), other)
    assert as_other.session.is_new


def test_a_key_of_a_store_is_no_content() -> None:
    signer = Signer([SECRET], "key in session", 3600)
    assert touched(APP, signer.sign("eyJhIjoxfQ")) is None


@in_loop
async def test_secrets_rotate() -> None:
    old, new = "the old secret of 32 octets or more", "the new secret of 32 octets or more"
    async with serving(None, secrets=[old]) as client:
        signed_by_old = cookie(await client.get("/visits"))
    async with serving(None, secrets=[new, old]) as client:
        response = await client.get("/session", headers={"cookie": f"session={signed_by_old}"})
        assert response.json()["values"] == {"visits": 1}
        signed_by_new = cookie(response)  # though nothing was changed
    async with serving(None, secrets=[new]) as client:
        for value, visits in [(signed_by_new, {"visits": 1}), (signed_by_old, {})]:
            response = await client.get("/session", headers={"cookie": f"session={value}"})
            assert response.json()["values"] == visits


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """How much later it is than it is; to be changed."""
    seconds = [0.0]
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + seconds[0])
    return seconds


@in_loop
async def test_it_expires(later: list[float]) -> None:
    async with serving(None, max_age=100) as client:
        value = cookie(await client.get("/visits"))
        later[0] = 101
        response = await client.get("/session", headers={"cookie": f"session={value}"})
        assert response.json() == {"is_new": True, "values": {}}


@in_loop
async def test_it_goes_on_for_who_comes_back(later: list[float]) -> None:
    async with serving(None, max_age=100) as client:
        await client.get("/visits")
        for seconds in (60, 120, 180):
            later[0] = seconds
            assert cookie(await client.get("/session"))
            assert await values(client) == {"visits": 1}


@pytest.mark.parametrize(
    ("scheme", "options", "attributes"),
    [
        ("http", {}, "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"),
        ("https", {}, "Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"),
        ("https", {"secure": False}, "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"),
        ("http", {"secure": True}, "Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"),
        (
            "http",
            {"path": "/shop", "domain": "shop.example", "samesite": "strict", "max_age": 9.9},
            "Domain=shop.example; Path=/shop; Max-Age=9; HttpOnly; SameSite=Strict",
        ),
        (
            "http",
            {"prefix": "host", "partitioned": True, "samesite": "none"},
            "Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=None; Partitioned",
        ),
    ],
)
def test_the_options_of_the_cookie(
    scheme: str, options: dict[str, object], attributes: str
) -> None:
    async def check() -> None:
        async with site(None, **options).test_client(base_url=f"{scheme}://a.example") as client:
            response = await client.get("/visits")
            assert response.headers["set-cookie"].partition("; ")[2] == attributes
            name, _, value = response.headers["set-cookie"].partition(";")[0].partition("=")
            sent = {"cookie": f"{name}={value}"}
            response = await client.post("/cleared", headers=sent)
            line = response.headers["set-cookie"]
            assert line.startswith(f"{name}=; ")
            for attribute in attributes.split("; "):
                assert attribute.startswith("Max-Age") or f"; {attribute}" in line

    asyncio.run(check())
