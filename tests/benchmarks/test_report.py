from html.parser import HTMLParser

import pytest
from harness.report import explanations_from, page
from harness.results import Absent
from harness.workloads import WORKLOADS

from benchmarks.samples import CPU, P99, ours, results, row, table

# Elements that have no end tag, and those whose end tag may be left out.
UNPAIRED = {"meta", "html"}


class Page(HTMLParser):
    """Checks that elements are closed in order, and collects their text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.paragraphs: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert not {"src", "href"} & {name for name, value in attrs if not value.startswith("#")}
        if tag not in UNPAIRED:
            self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")

    def handle_startendtag(self, tag, attrs):
        """An element of SVG that is empty."""

    def handle_endtag(self, tag):
        if tag not in UNPAIRED:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if "p" in self.open:
            self.paragraphs[-1] += data


DEFEATED = table(
    ours("pyre", 10.0, 10.0, 10.0),
    row("uvicorn", 40.0, 40.0, 40.0),
    row("granian", 8.0, 8.0, 8.0),
    absent=[Absent("robyn", "did not start; it said: <no module>")],
)


def test_the_page_is_whole_and_needs_nothing_beside_it():
    read = Page(page(results(DEFEATED, table(workload="echo")), {}))
    assert read.open == []


def test_the_first_paragraph_says_where_a_peer_is_ahead():
    read = Page(page(results(DEFEATED), {"hello": "It writes less."}))
    assert read.paragraphs[0] == (
        "Pyre is not ahead of every peer: a peer is ahead in 1 of 2 comparisons, in hello."
    )
    ahead = "pyre 10.0 ±0.00; granian 8.00 ±0.00 (1.25 \N{MULTIPLICATION SIGN}). It writes less."
    assert ahead in read.text
    assert read.text.index(ahead) < read.text.index("Every workload")


def test_peers_that_are_ahead_are_named_with_the_figure_the_furthest_first():
    rows = (ours("pyre", 10.0), row("granian", 8.0), row("uvicorn", 5.0))
    read = Page(page(results(table(*rows)), {}))
    assert "pyre ~ 10.0; uvicorn ~ 5.00 (2.00" in read.text
    assert read.text.count("Not explained yet.") == 1


def test_a_workload_is_explained_once_behind_all_of_its_figures():
    lost = table(ours("pyre", 10.0), row("granian", 8.0), metrics=(CPU, P99))
    read = Page(page(results(lost), {"hello": "It writes less."}))
    figures = [f"{metric.title}: pyre ~ 10.0; granian ~ 8.00 (1.25 " for metric in (CPU, P99)]
    places = [read.text.index(figure) for figure in figures]
    assert places == sorted(places)
    assert places[-1] < read.text.index("It writes less.")
    assert read.text.count("It writes less.") == 1


def test_a_defeat_that_nobody_has_explained_says_so():
    assert "Not explained yet." in Page(page(results(DEFEATED), {})).text


def test_without_a_defeat_the_first_paragraph_says_that():
    won = table(ours("pyre", 1.0, 1.0, 1.0), row("uvicorn", 4.0, 4.0, 4.0))
    read = Page(page(results(won), {}))
    assert read.paragraphs[0] == (
        "In this run no peer was ahead of Pyre by more than the spread."
        " It was compared with: uvicorn."
    )


def test_who_can_not_be_told_apart_is_named():
    even = table(ours("pyre", 9.0, 10.0, 11.0), row("uvicorn", 9.0, 10.0, 11.0), metrics=(P99,))
    read = Page(page(results(even), {}))
    assert read.paragraphs[1] == "Not to be told apart within the spread: hello p99 µs: uvicorn."


def test_who_is_absent_is_named_with_the_reason():
    assert "robyn: did not start; it said: <no module>" in Page(page(results(DEFEATED), {})).text


def test_a_spread_that_is_too_wide_is_named():
    wide = table(ours("pyre", 5.0, 10.0, 15.0), row("uvicorn", 4.0, 4.0, 4.0))
    assert "The spread is too wide: pyre." in Page(page(results(wide), {})).paragraphs


def test_samples_that_were_disturbed_are_named():
    loud = table(row("uvicorn", 4.0, 4.0, 4.0, steal=0.5))
    read = Page(page(results(loud), {}))
    assert "Too few samples without steal time: uvicorn." in read.paragraphs
    assert "uvicorn (3 of 3 disturbed)" in read.text


def test_every_explanation_is_about_a_workload():
    assert explanations_from().keys() <= WORKLOADS.keys()


def test_explanations_are_read(tmp_path):
    file = tmp_path / "explanations.toml"
    file.write_text('# A comment.\necho-100k = "It copies less."\n')
    assert explanations_from(file) == {"echo-100k": "It copies less."}


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_section_can_be_linked_to(name):
    assert f'<section id="{name}">' in page(results(table(workload=name)), {})
