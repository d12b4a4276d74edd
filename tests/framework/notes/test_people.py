import pytest
from pyre.framework import App

from framework.notes.visits import PASSWORD, visit, visits
from framework.request.host import in_loop

OPEN = {
    ("POST", "/people"),
    ("POST", "/session"),
    ("DELETE", "/session"),
    ("GET", "/"),
    ("GET", "/{path:path}"),
    ("GET", "/openapi.json"),
}
"""What is for everybody, beside the page of OpenAPI."""


def ada(**changed: str) -> dict[str, str]:
    return {"name": "Ada", "password": PASSWORD} | changed


@in_loop
async def test_the_first_one_is_the_admin(app: App) -> None:
    async with visits(app, "Ada", "Ben") as clients:
        people = [(await client.get("/session")).json() for client in clients]
        assert people == [{"name": "Ada", "is_admin": True}, {"name": "Ben", "is_admin": False}]


@in_loop
async def test_signing_out_and_in(app: App) -> None:
    async with visit(app) as client:
        assert (await client.delete("/session")).status_code == 204
        assert (await client.get("/session")).status_code == 401
        answer = await client.post("/session", json=ada(name="ada"))
        assert answer.json() == {"name": "Ada", "is_admin": True}
        assert (await client.get("/session")).json() == {"name": "Ada", "is_admin": True}


@in_loop
async def test_signing_in_as_somebody_else_ends_the_session(app: App) -> None:
    async with visits(app, "Ada", "Ben") as [client, _]:
        before = client.cookies["session"]
        await client.post("/session", json=ada(name="Ben"))
        assert client.cookies["session"] != before
        assert (await client.get("/session")).json()["name"] == "Ben"


@pytest.mark.parametrize("wrong", [{"name": "Ben"}, {"password": "wrong horse"}])
@in_loop
async def test_who_is_wrong_is_not_told_in_what(app: App, wrong: dict[str, str]) -> None:
    async with visit(app) as client:
        await client.delete("/session")
        answer = await client.post("/session", json=ada(**wrong))
        assert answer.status_code == 403
        assert answer.json()["detail"] == "The name or the password is wrong."
        assert (await client.get("/session")).status_code == 401


@in_loop
async def test_a_name_is_given_once(app: App) -> None:
    async with visit(app) as client:
        answer = await client.post("/people", json=ada(name="ADA"))
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "Somebody is called ADA already.",
        )


@in_loop
async def test_credentials_are_checked(app: App) -> None:
    async with visit(app) as client:
        answer = await client.post("/people", json=ada(name="", password="short"))
        assert answer.status_code == 400
        names = [error["name"] for error in answer.json()["errors"]]
        assert names == ["#/name", "#/password"]


@in_loop
async def test_strangers_get_nothing(app: App) -> None:
    async with app.test_client() as client:
        guarded = [
            (method, route.path)
            for route in app.routes
            for method in route.methods
            if (method, route.path) not in OPEN and not route.path.startswith("/docs")
        ]
        assert len(guarded) >= 13
        for method, path in guarded:
            target = path.replace("{number}", "1").replace("{module}", "notes.live")
            answer = await client.request(method, target, json={"title": "Bread"})
            assert (method, path, answer.status_code) == (method, path, 401)
            assert answer.headers["www-authenticate"] == "Cookie"


@in_loop
async def test_a_forged_session_is_none(app: App) -> None:
    async with visit(app) as client:
        cookie = client.cookies["session"]
        client.cookies.clear()
        client.cookies.set("session", cookie[:-1] + ("a" if cookie[-1] != "a" else "b"))
        assert (await client.get("/notes")).status_code == 401
