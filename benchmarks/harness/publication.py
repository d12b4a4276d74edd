"""What a run leaves for readers: the file of results, the charts, the page, the README's table."""

from pathlib import Path

from harness import readme
from harness.charts import bars, overview
from harness.environments import BENCHMARKS
from harness.report import explanations_from, page
from harness.results import Results, save


def publish(results: Results, folder: Path) -> Path:
    """Save the results, and draw them; return the page."""
    file = folder / "results" / f"{results.date[:10]}-{results.commit}.json"
    save(results, file)
    return draw(results, file, folder)


def draw(results: Results, file: Path, folder: Path) -> Path:
    """Draw what a file holds; only the project's own folder has a README to go with it."""
    charts = folder / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    for chart in charts.glob("*.svg"):
        chart.unlink()
    (charts / "overview.svg").write_text(overview(results), encoding="utf-8")
    for table in results.tables:
        if table.rows:
            (charts / f"{table.workload}.svg").write_text(bars(table), encoding="utf-8")
    report = folder / "report.html"
    report.write_text(page(results, explanations_from()), encoding="utf-8")
    if folder == BENCHMARKS:
        readme.rewrite(file)
    return report
