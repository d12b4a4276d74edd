"""Requests that run at the same time know nothing of each other, and peers may leave."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.waiting import PATIENCE, wait_for

APP = "framework_concurrency:app"

REQUESTS = 200

TOGETHER = 40
"""As in the application."""


def test_requests_are_kept_apart(site) -> None:
    """Each client is there in every round, as the endpoint waits for all of them."""

    def ask(client: httpx.Client, number: int) -> None:
        response = client.post(
            f"/together/{number}",
            params={"of_query": number},
            content=str(number).encode(),
            headers={"number": str(number)},
        )
        assert response.json() == [number] * 5 + [{"number": number}]
        assert response.headers["seen"] == f"-1 {number} {number}"

    def ask_each_round(first: int) -> None:
        with site.client() as client:
            for number in range(first, REQUESTS, TOGETHER):
                ask(client, number)

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(ask_each_round, range(TOGETHER)))


@pytest.fixture
def impatient(site) -> Iterator[httpx.Client]:
    """A client that leaves when there is no response after a moment."""
    with site.client(timeout=httpx.Timeout(PATIENCE, read=1.0)) as client:
        yield client


def test_a_handler_goes_on_when_the_peer_leaves(impatient, site) -> None:
    with pytest.raises(httpx.ReadTimeout):
        impatient.get("/goes-on")
    wait_for(lambda: "goes on: True" in site.events, "the endpoint to come to its end")


def test_what_comes_after_comes_also_when_the_peer_has_left(impatient, site) -> None:
    with pytest.raises(httpx.ReadTimeout):
        impatient.get("/after-leaving")
    wait_for(lambda: "after leaving" in site.events, "the function")


def test_a_peer_that_leaves_in_the_middle_of_its_body_is_no_error(client, site) -> None:
    """There must be no traceback of it in the log: the site looks for that at its end."""

    class LeavingError(Exception):
        pass

    def pieces() -> Iterator[bytes]:
        yield b"half"
        wait_for(lambda: "half: begins" in site.events, "the endpoint to begin")
        raise LeavingError

    with pytest.raises(LeavingError):
        client.post("/half", content=pieces())
    wait_for(lambda: "half: ends" in site.events, "the endpoint to see it")
