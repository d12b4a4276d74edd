"""Pages from templates."""

import sys
from pathlib import Path

import jinja2
import pytest
from pyre.framework.responses import TemplateResponse, template_environment

from framework.responses.exchange import App, get


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.html", "a.txt", "a.unknown", "a.html.jinja"):
        (tmp_path / name).write_text("{{ value }}")
    (tmp_path / "link.html").write_text("{{ url_for('book', id=7) }} {{ request.method }}")
    return tmp_path


def rendered(folder: Path, name: str, context: dict[str, object]) -> bytes:
    app = App(template_environment(folder))
    return get(TemplateResponse(name, context), app=app).content


@pytest.mark.parametrize("name", ["a.html", "a.unknown", "a.html.jinja"])
def test_what_is_put_in_is_escaped(folder: Path, name: str) -> None:
    assert rendered(folder, name, {"value": "<é>"}) == "&lt;é&gt;".encode()


def test_plain_text_is_not(folder: Path) -> None:
    assert rendered(folder, "a.txt", {"value": "<é>"}) == "<é>".encode()


def test_what_every_template_can_name(folder: Path) -> None:
    assert rendered(folder, "link.html", {}) == b"/book/7 GET"
    own = {"request": {"method": "own"}}
    assert rendered(folder, "link.html", own) == b"/book/7 own"


def test_status_and_fields(folder: Path) -> None:
    app = App(template_environment(folder))
    answer = get(TemplateResponse("a.html", status=404, headers={"x-a": "1"}), app=app)
    assert (answer.status, answer["x-a"]) == (404, "1")
    assert answer["content-type"] == "text/html; charset=utf-8"
    answer = get(TemplateResponse("a.txt", content_type="text/plain"), app=app)
    assert answer["content-type"] == "text/plain"


def test_the_context_may_change_until_it_is_sent(folder: Path) -> None:
    response = TemplateResponse("a.html", {"value": 1})
    response.context["value"] = 2
    assert get(response, app=App(template_environment(folder))).content == b"2"


def test_an_environment_of_the_application() -> None:
    app = App(jinja2.Environment(loader=jinja2.DictLoader({"a": "{{ value }}"}), autoescape=True))
    assert get(TemplateResponse("a", {"value": "<"}), app=app).content == b"&lt;"


def test_no_template_of_that_name(folder: Path) -> None:
    with pytest.raises(jinja2.TemplateNotFound):
        rendered(folder, "none.html", {})
    with pytest.raises(jinja2.TemplateNotFound):
        rendered(folder, "../a.html", {})


def test_an_application_without_templates() -> None:
    with pytest.raises(RuntimeError, match="App\\(templates="):
        get(TemplateResponse("a.html"))


def test_without_jinja(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match="pip install jinja2"):
        template_environment(folder)
