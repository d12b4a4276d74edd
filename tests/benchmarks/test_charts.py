from xml.etree import ElementTree as ET

import pytest
from harness.charts import bars, overview
from harness.results import Side

from benchmarks.samples import RATE, ours, results, row, table

SVG = "{http://www.w3.org/2000/svg}"

REFERENCE = row("fixed_answer", 5.0, 5.0, 5.0, side=Side.REFERENCE, group="no Python")
MEASURED = table(
    ours("pyre", 10.0, 10.0, 10.0),
    row("uvicorn", 40.0, 40.0, 40.0),
    row("<&>", 20.0, 30.0, 60.0),
    REFERENCE,
)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def lengths(svg: str) -> dict[str, float]:
    """How long each bar is, by the name beside it, in order."""
    root = ET.fromstring(svg)
    names = [
        each.text or "" for each in root.iter(f"{SVG}text") if "label" in each.get("class", "")
    ]
    bars = [float(each.get("width", "nan")) for each in root.iter(f"{SVG}rect")]
    return dict(zip(names, bars, strict=True))


def test_a_bar_for_each_row_the_best_first():
    drawn = lengths(bars(MEASURED))
    assert list(drawn) == ["fixed_answer", "pyre", "<&>", "uvicorn"]
    assert drawn["uvicorn"] == pytest.approx(4 * drawn["pyre"], abs=0.2)
    assert drawn["pyre"] == pytest.approx(2 * drawn["fixed_answer"], abs=0.2)


def test_the_longest_bar_and_its_spread_fit():
    root = ET.fromstring(bars(MEASURED))
    width = float(root.get("width", "nan"))
    assert max(lengths(bars(MEASURED)).values()) < width


def test_values_and_ratios_stand_beside_the_bars():
    written = texts(bars(MEASURED))
    assert "10.0 ±0.00 · 0.25 \N{MULTIPLICATION SIGN}" in written
    assert "40.0 ±0.00" in written
    assert "~ 30.0 ±10.0 · 0.75 \N{MULTIPLICATION SIGN}" in written


def test_more_may_be_better():
    measured = table(ours("pyre", 100.0), row("uvicorn", 25.0), metrics=(RATE,))
    assert list(lengths(bars(measured))) == ["pyre", "uvicorn"]
    assert any("more is better" in line for line in texts(bars(measured)))


@pytest.mark.parametrize("measured", [table(), table(ours("pyre", 0.0))], ids=["no row", "zero"])
def test_nothing_to_draw_is_drawn(measured):
    assert "GET, 13 bytes" in texts(bars(measured))


def test_the_overview_has_a_line_for_each_workload_and_a_dot_for_each_peer():
    unrelated = table(ours("pyre", 1.0), workload="idle")
    svg = overview(results(MEASURED, unrelated))
    root = ET.fromstring(svg)
    dots = {
        each.findtext(f"{SVG}title"): float(each.get("cx", "nan"))
        for each in root.iter(f"{SVG}circle")
    }
    assert [name.split(":")[0] for name in dots] == ["uvicorn", "<&>", "fixed_answer", "pyre"]
    assert min(dots, key=dots.__getitem__).startswith("fixed_answer: 0.12")
    assert "hello" in texts(svg)
    assert "idle" not in texts(svg), "it has nothing to be compared with"


def test_the_overview_names_a_framework_without_its_server():
    sites = table(ours("pyre.framework on pyre", 10.0), row("uvicorn", 40.0))
    assert "0.25 \N{MULTIPLICATION SIGN} pyre.framework" in texts(overview(results(sites)))


def test_the_overview_of_nothing():
    assert texts(overview(results()))[0] == "Every workload"
