"""Files, directories and templates."""

import gzip
import tempfile
from pathlib import Path

from jinja2 import DictLoader, Environment
from pyre.framework import App, CallNext, HTTPError, Request, Response, responses

ALPHABET = Path(__file__).parent / "static" / "alphabet.txt"

TEMPLATES = {
    "hello.html": "<p>{{ name }} {{ request.path }} {{ url_for('page', name='a/b') }}",
    "broken.html": "{{ missing.attribute }}",
}

_folder = tempfile.TemporaryDirectory()
SITE = Path(_folder.name)
(SITE / "docs").mkdir()
(SITE / "docs" / "index.html").write_text("<h1>docs")
(SITE / "style.css").write_text("p {}\n" * 100)
(SITE / "style.css.gz").write_bytes(gzip.compress((SITE / "style.css").read_bytes()))

app = App(templates=Environment(loader=DictLoader(TEMPLATES), autoescape=True))
app.static("/assets", SITE, cache_control="max-age=60")
app.on_shutdown(_folder.cleanup)


@app.middleware
async def marks(request: Request, call_next: CallNext) -> Response:
    response = await call_next(request)
    response.headers["marked"] = str(response.status)
    return response


@app.error(404)
async def is_missing(request: Request, error: HTTPError) -> Response:
    return responses.PlainTextResponse(f"no {request.path}", status=404)


@app.endpoint("/file")
async def file() -> Response:
    return responses.FileResponse(ALPHABET)


@app.endpoint("/download")
async def download() -> Response:
    return responses.FileResponse(ALPHABET, filename="ä.txt")


@app.endpoint("/missing")
async def missing() -> Response:
    return responses.FileResponse(ALPHABET.with_name("nothing"))


@app.endpoint("/page/{name}")
async def page(name: str) -> Response:
    return responses.TemplateResponse("hello.html", {"name": name})


@app.endpoint("/broken-page")
async def broken_page() -> Response:
    return responses.TemplateResponse("broken.html")


@app.endpoint("/no-page")
async def no_page() -> Response:
    return responses.TemplateResponse("nothing.html")


@app.endpoint("/hinted")
async def hinted(request: Request) -> str:
    await request.inform(103, [("link", "</assets/style.css>; rel=preload; as=style")])
    return "hinted"


@app.endpoint("/assets-url")
async def assets_url() -> str:
    return app.url_for("static", path="docs/a b.html")
