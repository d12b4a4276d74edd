"""The pages of the documentation do what they say.

Each page is one program: its blocks of Python run in their order, ``app`` is served, and then the
exchanges of the page happen in their order. A page's functions ``test_*`` are run as well. JSON may
be shown with more white space than it is sent with; framing is the host's, and not shown.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import pytest
from apps.documents import PAGES, executed
from support.exchanges import Exchange, Fields, compared, exchanges

from framework.hosts import HOSTS, Host
from framework.sites import Site

FRAMING = {"content-length", "transfer-encoding"}


class Answer(NamedTuple):
    """What of a response is compared."""

    status: int
    fields: Fields
    content: object

    @classmethod
    def of(cls, status: int, fields: Iterable[tuple[str, str]], content: str) -> Self:
        told = [(name, value) for name, value in compared(fields) if name not in FRAMING]
        is_json = content != "" and dict(told).get("content-type", "").endswith("json")
        return cls(status, told, json.loads(content) if is_json else content.rstrip("\n"))


@pytest.fixture(
    scope="module",
    params=[host for host in HOSTS if host.name in {"in-process", "psgi-uvloop", "uvicorn"}],
    ids=lambda host: host.name,
)
def host(request: pytest.FixtureRequest) -> Host:
    """Three hosts; that all of them agree is for other tests to show."""
    chosen: Host = request.param
    return chosen


@pytest.fixture(params=PAGES, ids=lambda page: page.stem)
def page(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A page, and a working directory for its files, from which modules are imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    before = set(sys.modules)
    yield request.param
    for name in set(sys.modules) - before:
        if (tmp_path / name.partition(".")[0]).with_suffix(".py").exists():
            del sys.modules[name]


@pytest.fixture
def site(host: Host, page: Path) -> Iterator[Site]:
    with host.serve(f"framework_pages:{page.stem}") as site:
        yield site


def answer(site: Site, exchange: Exchange) -> Answer:
    """What the request gets as it is written, from a client without fields of its own."""
    with site.client() as client:
        client.headers.clear()
        request = client.build_request(
            exchange.method,
            exchange.target,
            headers=exchange.request.fields,
            content=exchange.request.octets,
        )
        response = client.send(request, stream=True)
        content = b"".join(response.iter_raw())
        return Answer.of(response.status_code, response.headers.multi_items(), content.decode())


def written_tests(page: Path) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    return [value for name, value in executed(page).items() if name.startswith("test_")]


def test_exchanges(site: Site, page: Path) -> None:
    for exchange in exchanges(page):
        shown = exchange.response
        expected = Answer.of(shown.status, shown.fields, shown.content)
        assert (exchange.place, answer(site, exchange)) == (exchange.place, expected)


def test_tests(page: Path) -> None:
    found = written_tests(page)
    assert found or any(exchanges(page)), "the page shows nothing that happens"
    for test in found:
        asyncio.run(test())
