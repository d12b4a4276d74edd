"""The front page in a real browser, served by our server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from support.browser import Page, opened_page
from support.server import Launcher, Server

from framework.notes.visits import EXAMPLES, PASSWORD

NOTE = "#notes > li"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with opened_page() as page:
        yield page


@pytest.fixture
def server(serve: Launcher) -> Iterator[Server]:
    with serve("notes.main:app", app_dir=EXAMPLES) as server:
        yield server


@pytest.fixture
def ben(server: Server) -> Iterator[httpx.Client]:
    """Somebody who writes into the notebook by other means."""
    with httpx.Client(base_url=server.url("")) as client:
        yield client


def fill(page: Page, **texts: str) -> None:
    """Write into the first fields of these names."""
    for name, text in texts.items():
        page.evaluate(f"document.getElementsByName('{name}')[0].value = {json.dumps(text)}")


def wait_for_texts(page: Page, selector: str, *texts: str) -> None:
    elements = f"document.querySelectorAll({json.dumps(selector)})"
    found = f"JSON.stringify([...{elements}].map(each => each.textContent.trim()))"
    page.wait_for(f"{found} === {json.dumps(json.dumps(texts, separators=(',', ':')))}")


def attach(page: Page, name: str, text: str) -> None:
    """Choose a file, as far as a script may."""
    page.evaluate(f"""
        const chosen = new DataTransfer();
        chosen.items.add(new File([{json.dumps(text)}], {json.dumps(name)}));
        const field = document.querySelector("#notes .file");
        field.files = chosen.files;
        field.dispatchEvent(new Event("change"));
    """)


def created(answer: httpx.Response) -> Any:
    assert answer.status_code == 201
    return answer.json()


def test_the_page(page: Page, server: Server, ben: httpx.Client, tmp_path: Path) -> None:
    page.open(server.url("/"))
    page.wait_for("document.getElementById('door')?.hidden === false")
    fill(page, name="Ada", password=PASSWORD)
    page.click("#door [value='/people']")
    page.wait_for("!document.getElementById('notebook').hidden")
    wait_for_texts(page, "#name", "Ada")

    fill(page, title="Bread <b>", text="Rye, and\nsalt")
    page.click("#draft button")
    wait_for_texts(page, f"{NOTE} h3", "Bread <b>")
    attach(page, "recipe.txt", "Knead.")
    wait_for_texts(page, f"{NOTE} .attachments a", "recipe.txt")

    created(ben.post("/people", json={"name": "Ben", "password": PASSWORD}))
    created(ben.post("/notes", json={"title": "Milk"}))
    wait_for_texts(page, f"{NOTE} h3", "Milk", "Bread <b>")
    wait_for_texts(
        page,
        "#changes li",
        "Ben has added note 2",
        "Ada has changed note 1",
        "Ada has added note 1",
    )
    wait_for_texts(page, "#statistics", "people: 2, notes: 2, listeners: 1")
    page.save_screenshot(tmp_path / "notes.png")

    page.evaluate("document.getElementById('search').value = 'RYE'")
    page.evaluate("document.getElementById('search').dispatchEvent(new Event('input'))")
    wait_for_texts(page, f"{NOTE} h3", "Bread <b>")
    page.click(f"{NOTE} .edit")
    page.evaluate(f"document.querySelector('{NOTE} .change [name=title]').value = 'Cake'")
    page.click(f"{NOTE} .change button")
    wait_for_texts(page, f"{NOTE} h3", "Cake")
    page.click(f"{NOTE} .delete")
    wait_for_texts(page, f"{NOTE} h3")

    asked = {urlsplit(url).netloc for url in page.requested if not url.startswith("data:")}
    assert asked == {f"{server.address[0]}:{server.address[1]}"}
    assert [text for text in page.complaints if "401" not in text] == []

    page.click("#sign-out")
    page.wait_for("!document.getElementById('door').hidden")
    fill(page, name="Ada", password="wrong horse")
    page.click("#door [value='/session']")
    wait_for_texts(page, "#problem", "The name or the password is wrong.")
    page.save_screenshot(tmp_path / "refused.png")
