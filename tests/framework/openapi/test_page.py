"""The page in a real browser, served by our server."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyre.framework import App
from support.browser import Page, opened_page
from support.server import Launcher, Server

from framework.calls import Call, by_psgi
from framework.openapi.described import valid
from framework.request.host import in_loop

FOLDER = Path(__file__).parents[3]

VENDORED = FOLDER / "python" / "pyre" / "framework" / "openapi" / "swagger_ui"

OPERATIONS = 16
"""Those of ``framework_openapi``."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with opened_page() as page:
        yield page


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("framework_openapi:mounted") as server:
        yield server


def test_the_page_shows_the_operations_and_tries_them_out(
    page: Page, server: Server, tmp_path: Path
) -> None:
    page.open(server.url("/library/docs"))
    page.wait_for(f"document.querySelectorAll('.opblock').length === {OPERATIONS}")
    assert "Library" in page.texts(".info .title")[0]
    assert page.texts(".opblock-tag a") == ["Books", "default"]
    assert "/days/{day}/{hour}/{kind}" in page.texts(".opblock-summary-path")
    assert "Search the books." in page.texts(".opblock-summary-description")
    page.save_screenshot(tmp_path / "operations.png")

    page.click(".opblock-get [data-path='/books']")
    page.click(".try-out__btn")
    page.click(".execute")
    page.wait_for("document.querySelector('.live-responses-table .microlight') !== null")
    answered = page.texts(".live-responses-table .response-col_description .microlight")[0]
    assert '"items": []' in answered
    page.save_screenshot(tmp_path / "tried-out.png")
    page.click(".opblock-get [data-path='/books']")

    page.click("[data-path='/books/{number}/cover']")
    page.click(".opblock-put .try-out__btn")
    page.wait_for("document.querySelectorAll('input[type=file]').length === 1")
    page.save_screenshot(tmp_path / "form.png")

    asked = [urlsplit(url) for url in page.requested]
    assert {url.netloc for url in asked if url.scheme != "data"} == {
        f"{server.address[0]}:{server.address[1]}"
    }
    assert "/library/books" in {url.path for url in asked}
    assert page.complaints == []


@pytest.mark.parametrize(
    ("ui", "path", "references"),
    [
        ("/docs", "/openapi.json", ["./openapi.json", "./docs/start.js"]),
        ("/docs/", "/openapi.json", ["./../openapi.json", "./start.js"]),
        ("/", "/openapi.json", ["./openapi.json", "./start.js"]),
        ("/a/b", "/c/d.json", ["./../c/d.json", "./b/start.js"]),
    ],
)
@in_loop
async def test_references_are_relative(ui: str, path: str, references: list[str]) -> None:
    app = App()
    app.openapi("A <b> & c", path=path, ui=ui)
    content = (await by_psgi(app, Call(ui.encode()))).content.decode()
    for reference in references:
        assert f'"{reference}"' in content
    assert "<title>A &lt;b&gt; &amp; c</title>" in content
    assert "http" not in content


@in_loop
async def test_there_need_be_no_page() -> None:
    app = App()
    valid(app.openapi("It", ui=None).document())
    assert (await by_psgi(app, Call(b"/docs"))).status == 404
    assert (await by_psgi(app, Call(b"/openapi.json"))).status == 200


def test_the_version_is_that_of_the_files() -> None:
    script = (FOLDER / "scripts" / "update_swagger_ui.py").read_text("utf-8")
    version = script.partition('VERSION = "')[2].partition('"')[0]
    module = (VENDORED.parent / "user_interface.py").read_text("utf-8")
    assert f'_VERSION: Final = "{version}"' in module
    assert version in (VENDORED / "swagger-ui-bundle.js").read_text("utf-8")


@pytest.mark.parametrize("name", ["LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"])
def test_the_licences_are_kept(name: str) -> None:
    assert (VENDORED / name).stat().st_size
