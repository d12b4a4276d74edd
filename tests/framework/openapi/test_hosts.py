"""The document and the page of an application with something of everything, by all hosts."""

import gzip
import re

import httpx
import pytest
from apps.framework_openapi import description

from framework.openapi.described import valid

APP = "framework_openapi:app"

# Made before a host imports the application anew: then the types of this one are homeless.
DOCUMENT = description.document()

FILES = ("swagger-ui.css", "swagger-ui-bundle.js")


@pytest.fixture
def page(client: httpx.Client) -> httpx.Response:
    return client.get("/docs")


def references(page: httpx.Response) -> list[str]:
    """What the page is made of, but for icons in it."""
    found = re.findall(r'(?:href|src|data-document)="([^"]*)"', page.text)
    return [reference for reference in found if not reference.startswith("data:")]


def test_the_document_is_valid_and_the_same(client: httpx.Client) -> None:
    response = client.get("/openapi.json")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-cache"
    assert response.json() == DOCUMENT
    valid(response.json())


def test_the_page(page: httpx.Response) -> None:
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<title>Library</title>" in page.text
    assert len(references(page)) == 4


def test_everything_that_the_page_refers_to_is_there(
    client: httpx.Client, page: httpx.Response
) -> None:
    for reference in references(page):
        assert client.get(page.url.join(reference)).status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_files_are_compressed_and_kept(
    name: str, client: httpx.Client, page: httpx.Response
) -> None:
    (reference,) = (each for each in references(page) if each.endswith(name))
    url = page.url.join(reference)
    plain = client.get(url, headers={"accept-encoding": "identity"})
    compressed = client.get(url, headers={"accept-encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.content == plain.content
    for response in (plain, compressed):
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        unchanged = client.get(
            url,
            headers={
                "accept-encoding": response.headers.get("content-encoding", "identity"),
                "if-none-match": response.headers["etag"],
            },
        )
        assert unchanged.status_code == 304


def test_nothing_is_decompressed_wrongly(client: httpx.Client, page: httpx.Response) -> None:
    """The files next to each other are the same."""
    for reference in references(page):
        if reference.endswith(FILES):
            url = page.url.join(reference)
            sibling = client.get(f"{url}.gz", headers={"accept-encoding": "identity"})
            plain = client.get(url, headers={"accept-encoding": "identity"})
            assert gzip.decompress(sibling.content) == plain.content
