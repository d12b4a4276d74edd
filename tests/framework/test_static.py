"""Files of a directory, and what is none of them."""

import os
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyre.framework.errors import HTTPError, RegistrationError
from pyre.framework.static import StaticFiles, is_plain_name

from framework.responses.exchange import App, Request, Sent, sent

SECRET = b"secret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with a secret beside it."""
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "public-2").mkdir()
    (tmp_path / "public-2" / "secret").write_bytes(SECRET)
    root = tmp_path / "public"
    for name in ("docs", "empty", ".git", ".well-known", "docs/.well-known", "index/index.html"):
        (root / name).mkdir(parents=True)
    (root / "index.html").write_bytes(b"root")
    (root / "style.css").write_bytes(b"style")
    (root / "é b.txt").write_bytes(b"text")
    (root / "docs" / "index.html").write_bytes(b"docs")
    for hidden in (".env", ".git/config", ".well-known/x", "docs/.well-known/x"):
        (root / hidden).write_bytes(b"hidden")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "out-folder").symlink_to(tmp_path)
    (root / "out-beside").symlink_to(tmp_path / "public-2" / "secret")
    (root / "in").symlink_to("style.css")
    (root / "loop").symlink_to("loop")
    (root / "style.css.br").symlink_to(tmp_path / "secret")
    return root


def ask(files: StaticFiles, path: str, *headers: tuple[str, str], method: str = "GET") -> Sent:
    """The answer to a path below ``/static/``, percent-encoded or not."""
    request = Request("/static/" + path, headers, method=method)
    response = files.respond(unquote(path.partition("?")[0]), request)
    return sent(response.to_psgi(App(), request), method)


def status(files: StaticFiles, path: str) -> int:
    try:
        return ask(files, path).status
    except HTTPError as error:
        return error.status


def test_files(folder: Path) -> None:
    files = StaticFiles(folder)
    answer = ask(files, "style.css")
    assert (answer.status, answer.content) == (200, b"style")
    assert answer["content-type"] == "text/css; charset=utf-8"
    assert answer["cache-control"] is None
    assert ask(files, "%C3%A9%20b.txt").content == b"text"
    tag = answer["etag"]
    assert tag is not None
    assert ask(files, "style.css", ("if-none-match", tag)).status == 304


def test_cache_control(folder: Path) -> None:
    files = StaticFiles(str(folder), cache_control="max-age=60")
    assert ask(files, "style.css")["cache-control"] == "max-age=60"


def test_methods(folder: Path) -> None:
    files = StaticFiles(folder)
    answer = ask(files, "style.css", method="HEAD")
    assert (answer.content, answer["content-length"]) == (b"", "5")
    with pytest.raises(HTTPError) as caught:
        ask(files, "style.css", method="POST")
    assert caught.value.status == 405
    assert caught.value.headers == {"allow": "GET, HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        *("none", "style.css/", "style.css/x", "docs//index.html", "//style.css", "/style.css"),
        *("../secret", "..", "../public-2/secret", "docs/../../secret", "docs/../style.css", "."),
        *(
            "./style.css",
            "docs/./index.html",
            "%2e%2e/secret",
            "..%2fsecret",
            "docs/..%2f..%2fsecret",
        ),
        *("..%5csecret", "docs\\index.html", "C:/secret", "C:secret", "style.css::$DATA"),
        *("style.css%00", "%00", "style.css%0a", "a%7f", "x" * 300, "x/" * 5000),
        *(
            "out",
            "out-beside",
            "out-folder/secret",
            "out-folder/",
            "loop",
            "loop/x",
            "in/",
            "empty",
            "empty/",
        ),
        *(".env", ".git/config", ".git/", "docs/.well-known/x", ".well-known-not"),
        *("index", "index/", "~/secret", "$HOME/secret"),
    ],
)
def test_what_is_not_found(folder: Path, path: str) -> None:
    assert status(StaticFiles(folder), path) == 404


def test_what_no_file_system_can_name(folder: Path) -> None:
    with pytest.raises(HTTPError) as caught:
        StaticFiles(folder).respond("\ud800", Request())
    assert caught.value.status == 404


def test_links_within_the_directory_are_followed(folder: Path) -> None:
    assert ask(StaticFiles(folder), "in").content == b"style"


def test_links_out_of_it_only_when_asked_for(folder: Path) -> None:
    files = StaticFiles(folder, follow_symlinks=True)
    assert ask(files, "out").content == SECRET
    assert ask(files, "out-folder/secret").content == SECRET
    assert status(files, "loop") == 404
    assert status(files, "../secret") == 404


def test_a_sibling_that_leads_out_is_none(folder: Path) -> None:
    accept = ("accept-encoding", "br")
    assert ask(StaticFiles(folder), "style.css", accept).content == b"style"
    followed = ask(StaticFiles(folder, follow_symlinks=True), "style.css", accept)
    assert followed.content == SECRET


def test_a_directory_that_is_a_link_itself(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert ask(StaticFiles(link), "style.css").content == b"style"


def test_precompressed_siblings_may_be_turned_off(folder: Path) -> None:
    (folder / "style.css.gz").write_bytes(b"gz")
    accept = ("accept-encoding", "gzip")
    assert ask(StaticFiles(folder), "style.css", accept).content == b"gz"
    assert ask(StaticFiles(folder, precompressed=False), "style.css", accept).content == b"style"


def test_hidden_files(folder: Path) -> None:
    assert ask(StaticFiles(folder), ".well-known/x").content == b"hidden"
    files = StaticFiles(folder, hidden=True)
    for path in (".env", ".git/config", "docs/.well-known/x"):
        assert ask(files, path).content == b"hidden"


def test_an_index(folder: Path) -> None:
    files = StaticFiles(folder)
    assert ask(files, "").content == b"root"
    assert ask(files, "docs/").content == b"docs"
    assert ask(files, "docs/index.html").content == b"docs"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("docs", "/static/docs/"),
        ("docs?a=b%20c&d", "/static/docs/?a=b%20c&d"),
        ("%64ocs", "/static/%64ocs/"),
    ],
)
def test_a_directory_is_redirected_to_its_url(folder: Path, path: str, url: str) -> None:
    answer = ask(StaticFiles(folder), path)
    assert answer.status == 307
    location = answer["location"]
    assert location is not None
    assert urljoin("/static/" + path, location) == url


def test_the_directory_itself_without_a_slash(folder: Path) -> None:
    request = Request("/prefix/static")
    answer = sent(StaticFiles(folder).respond("", request).to_psgi(App(), request))
    assert (answer.status, answer["location"]) == (307, "./static/")


def test_a_redirect_stays_on_the_host(folder: Path) -> None:
    request = Request("//evil.example/%2e/docs")
    answer = sent(StaticFiles(folder).respond("docs", request).to_psgi(App(), request))
    assert answer["location"] == "./docs/"


def test_another_index_and_none(folder: Path) -> None:
    (folder / "docs" / "start.htm").write_bytes(b"start")
    files = StaticFiles(folder, index="start.htm")
    assert ask(files, "docs/").content == b"start"
    assert status(files, "") == 404
    files = StaticFiles(folder, index=None)
    assert [status(files, path) for path in ("", "docs", "docs/")] == [404] * 3
    assert ask(files, "docs/index.html").content == b"docs"


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
def test_a_pipe_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert status(StaticFiles(folder), "pipe") == 404


def test_a_directory_that_must_not_be_searched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    files = StaticFiles(folder)
    monkeypatch.setattr("pyre.framework.static.os.path.realpath", refuse)
    assert status(files, "style.css") == 403


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(RegistrationError, match=name):
            StaticFiles(tmp_path / name)


WINDOWS = ["nul", "CON", "com1", "LPT9.txt", "aux.tar.gz", "com¹", "nul ", "a.", "a ", "a. ."]


@pytest.mark.parametrize("name", WINDOWS)
def test_names_that_mean_something_else_on_windows(name: str) -> None:
    assert not is_plain_name(name, windows=True)
    assert is_plain_name(name, windows=False)


@pytest.mark.parametrize("name", ["console", "a.con", "com", "com10", "nully.txt", "...a", "é"])
def test_names_that_do_not(name: str) -> None:
    assert is_plain_name(name, windows=True)


pieces = st.lists(
    st.sampled_from(["..", ".", "", "docs", "secret", "public", "public-2", "out-folder", "in"])
    | st.text(max_size=3),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.one_of(pieces.map("/".join), pieces.map("\\".join), st.text()))
def test_nothing_outside_is_ever_sent(folder: Path, path: str) -> None:
    """Any path has an answer, and none has the secret."""
    request = Request("/static")
    try:
        response = StaticFiles(folder).respond(path, request)
        answer = sent(response.to_psgi(App(), request))
    except HTTPError as error:
        assert error.status == 404  # noqa: PT017 - most paths have no file
    else:
        assert answer.status in {200, 307}
        assert SECRET not in answer.content
