"""Two server processes with one store of sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import httpx
from pyre.framework.sessions import RedisStore  # noqa: F401 - the servers need the extra too

from framework.hosts import ours
from framework.sessions.conftest import Redis
from framework.sites import Site


@contextmanager
def worker(redis: Redis) -> Iterator[Site]:
    environment = {"TEST_SESSION_STORE": redis.url}
    with (
        mock.patch.dict("os.environ", environment),
        ours("--interface", "psgi")("framework_sessions:app") as site,
    ):
        yield site


def test_two_processes_share_a_session(redis: Redis) -> None:
    with (
        worker(redis) as first,
        worker(redis) as second,
        first.client() as to_first,
        second.client() as to_second,
    ):
        cookies = httpx.Cookies()
        for number in range(1, 7):
            client = (to_first, to_second)[number % 2]
            client.cookies = cookies
            assert client.get("/visits").json() == number
            cookies = client.cookies
        to_first.cookies = to_second.cookies = cookies
        assert to_first.post("/cleared").status_code == 204
        to_second.cookies.set("session", cookies.get("session") or "")
        assert to_second.get("/session").json()["is_new"]
