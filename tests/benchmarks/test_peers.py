import pytest
from harness.command_line import QUICK_PEERS, QUICK_WORKLOADS
from harness.environments import BENCHMARKS, ROOT, find
from harness.errors import BenchmarkError
from harness.peers import known_peers
from harness.readme import BASELINE, OURS, PSGI, REFERENCE
from harness.results import Side
from harness.workloads import WORKLOADS


@pytest.fixture(scope="module")
def peers(tmp_path_factory):
    return known_peers(tmp_path_factory.mktemp("scratch"))


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS)
def test_ours_and_a_rival_can_be_asked(peers, workload):
    asked = [peer for peer in peers.values() if workload.asks in peer.offers]
    assert {Side.OURS, Side.PEER} <= {peer.side for peer in asked}
    assert workload.baselines[0] in [peer.name for peer in asked]


def test_the_names_that_are_used_elsewhere_exist(peers):
    assert {*QUICK_PEERS, OURS, BASELINE, PSGI, REFERENCE} <= peers.keys()
    assert set(QUICK_WORKLOADS) <= WORKLOADS.keys()
    assert {name for work in WORKLOADS.values() for name in work.baselines} <= peers.keys()


def test_every_server_is_told_its_port(peers):
    for peer in peers.values():
        told = (*peer.command, *peer.variables.values())
        assert any("{port}" in part for part in told), peer.name


def test_every_application_is_there(peers):
    applications = {
        part.partition(":")[0]
        for peer in peers.values()
        for part in peer.command
        if part.endswith((":app", ":plain"))
    }
    files = {path.stem for path in BENCHMARKS.glob("*/*.py")}
    assert applications <= files
    assert len(applications) > len(("asgi", "psgi", "rsgi", "wsgi"))


def test_a_missing_tool_is_named_with_what_installs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BenchmarkError, match="wrk is not installed: apt-get install wrk"):
        find("wrk")


def test_every_requirement_is_pinned():
    for name in ("bench.txt", "bench-robyn.txt", "harness.txt"):
        for line in (ROOT / "requirements" / name).read_text().splitlines():
            assert not line or line.startswith(("#", "-r ")) or "==" in line
