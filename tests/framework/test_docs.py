"""The framework's pages are true: their code is executed, their exchanges are made."""

import asyncio
import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from apps.documents import DOCS, executed
from support.exchanges import Exchange, Message, exchanges

from framework.hosts import HOSTS, Host

FOLDER = DOCS / "framework"

PAGES = sorted(page.stem for page in FOLDER.glob("*.md"))

CHOSEN = [host for host in HOSTS if host.name in {"in-process", "psgi-uvloop", "uvicorn"}]


def functions(page: str) -> list[Callable[[], Any]]:
    """The tests that a page shows."""
    return [
        value for name, value in executed(FOLDER / f"{page}.md").items() if name.startswith("test_")
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("host", CHOSEN, ids=lambda host: host.name)
def test_exchanges(host: Host, page: str) -> None:
    found = list(exchanges(FOLDER / f"{page}.md"))
    with host.serve(f"framework_docs:{page}") as site, site.client() as client:
        for exchange in found:
            assert_as_shown(client, exchange)


def assert_as_shown(client: Any, exchange: Exchange) -> None:
    """A page shows the fields that matter; JSON it may show with more white space."""
    shown = exchange.response
    response = client.request(
        exchange.method,
        exchange.request.start_line.split()[1],
        headers=exchange.request.fields,
        content=exchange.request.content.encode(),
    )
    assert response.status_code == shown.status, exchange.place
    sent = [(name.lower(), value) for name, value in response.headers.multi_items()]
    for field in shown.fields:
        assert field in sent, exchange.place
    if tells_content(shown):
        assert content_of(response.text) == content_of(shown.content), exchange.place


def content_of(text: str) -> object:
    """What JSON says, and other text without the line feeds at its end."""
    try:
        return json.loads(text)
    except ValueError:
        return text.rstrip("\n")


def tells_content(shown: Message) -> bool:
    """Problem details are shown where they are of interest."""
    return bool(shown.content) or ("content-type", "application/problem+json") not in shown.fields


@pytest.mark.parametrize("function", [function for page in PAGES for function in functions(page)])
def test_shown_test(function: Callable[[], Any]) -> None:
    assert inspect.iscoroutinefunction(function)
    asyncio.run(function())


def test_every_page_is_in_the_index() -> None:
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert [page for page in PAGES if page != "index" and f"({page}.md)" not in index] == []
