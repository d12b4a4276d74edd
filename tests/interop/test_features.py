"""What some of the frameworks have, and the others have not."""

import httpx
import pytest
from support.client import encoded
from support.server import Server
from support.waiting import wait_for

from interop.sites import only, wait_until_finished


@only("fastapi")
def test_model(client: httpx.Client) -> None:
    response = client.post("/items", json={"name": "table", "price": "120"})
    assert (response.status_code, response.json()) == (201, {"name": "table", "price": 120.0})


@only("fastapi")
@pytest.mark.parametrize(
    ("content", "place"),
    [('{"name": "table", "price": -1}', ["body", "price"]), ("{", ["body", 1])],
    ids=["value", "syntax"],
)
def test_content_that_is_no_model(client: httpx.Client, content: str, place: list[object]) -> None:
    response = client.post("/items", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [place]


@only("fastapi")
def test_dependency_is_taken_back(client: httpx.Client, tag: str) -> None:
    assert client.get(f"/borrowed/{tag}").json() == tag
    wait_until_finished(client, tag)


@only("fastapi")
def test_dependency_is_taken_back_after_a_stream(client: httpx.Client, tag: str) -> None:
    assert client.get(f"/borrowed-stream/{tag}").text == "lent"
    wait_until_finished(client, tag)


@only("fastapi")
def test_dependency_is_taken_back_after_an_error(client: httpx.Client, tag: str) -> None:
    assert client.get(f"/borrowed-in-vain/{tag}").status_code == 409
    wait_until_finished(client, tag)


@only("fastapi")
def test_description(client: httpx.Client) -> None:
    assert "/items" in client.get("/openapi.json").json()["paths"]
    assert client.get("/docs").headers["content-type"] == "text/html; charset=utf-8"


@only("starlette")
def test_handler_asks_whether_the_client_has_left(
    site: Server, client: httpx.Client, tag: str
) -> None:
    with site.connect() as connection:
        connection.send(encoded(f"GET /watch/{tag}"))
    wait_until_finished(client, tag)


@only("django")
def test_view_is_cancelled_when_the_client_leaves(
    site: Server, client: httpx.Client, tag: str
) -> None:
    with site.connect() as connection:
        connection.send(encoded(f"GET /wait/{tag}"))
        # Django runs threads before the view: who leaves too early has it never begin.
        wait_for(lambda: tag in client.get("/begun").json(), "the view to begin")
    wait_until_finished(client, tag)


@only("django")
def test_only_functions_run_in_threads(client: httpx.Client) -> None:
    assert client.get("/thread-of-coroutine").json() == {"is_main": True}
    assert client.get("/thread-of-function").json() == {"is_main": False}


@only("django")
def test_exception_in_a_thread(site: Server, client: httpx.Client) -> None:
    assert client.get("/broken-in-thread").status_code == 500
    site.expect_error("RuntimeError: broken in a thread")


@only("litestar", "falcon")
def test_events(client: httpx.Client) -> None:
    response = client.get("/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in response.text.splitlines() if line]
    assert lines == ["data: 0", "data: 1", "data: 2"]


@only("falcon")
def test_client_that_leaves_events(client: httpx.Client, tag: str) -> None:
    with client.stream("GET", f"/endless-events/{tag}") as response:
        assert next(response.iter_lines()) == "data: tick"
    wait_until_finished(client, tag)
