"""What is wrong with a site that was built is found."""

from pathlib import Path

import check_site
import pytest

PAGE = '<link rel="stylesheet" href="../style.css"><h1 id="top">Other</h1><a href="../">back</a>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two pages, of which one has faults or not."""
    (tmp_path / "style.css").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text(PAGE)
    (tmp_path / "index.html").write_text('<a id="here"></a>')
    return tmp_path


@pytest.mark.parametrize(
    "html",
    [
        '<a href="other/">x</a>',
        '<a href="other/#top">x</a>',
        '<a id="here" href="#here">x</a>',
        '<a href="#a%20b">x</a><i id="a b"></i>',
        '<a href="https://example.org/">x</a>',
        '<a href="mailto:a@example.org">x</a>',
        '<img src="style.css">',
        '<link rel="canonical" href="https://example.org/">',
    ],
)
def test_nothing_is_wrong(site: Path, html: str, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "index.html").write_text(html)
    assert (check_site.main(site), capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="nowhere/">x</a>', "there is no nowhere/"),
        ('<a href="other/#bottom">x</a>', "there is no place other/#bottom"),
        ('<a href="#nowhere">x</a>', "there is no place #nowhere"),
        ('<img src="a.png">', "there is no a.png"),
        ('<script src="https://cdn.example/a.js"></script>', "from elsewhere"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "from elsewhere"),
        ('<link rel="preconnect" href="https://fonts.example">', "from elsewhere"),
    ],
)
def test_a_fault(site: Path, html: str, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "index.html").write_text(html)
    assert check_site.main(site) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{site / 'index.html'}: ")
    assert fault in line


def test_no_site_is_a_fault(tmp_path: Path) -> None:
    assert check_site.main(tmp_path) == 1
