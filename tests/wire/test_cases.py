"""Every case of ``h1.json`` through the running server, sent whole and in pieces."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.server import Launcher, Server

from wire.cases import Case, load_accepted, load_cases
from wire.exchange import Exchange, exchange
from wire.judge import Verdict, judge

CASES = {case.id: case for case in load_cases()}

AT_ONCE = 16

Exchanges = dict[tuple[str, bool], Exchange]


@pytest.fixture(scope="module")
def server(serve: Launcher) -> Iterator[Server]:
    with serve("inspect_app:app") as server:
        yield server


@pytest.fixture(scope="module")
def exchanges(server: Server) -> Exchanges:
    """All cases, many at once: each test then looks at its own."""
    keys = [(case_id, in_pieces) for in_pieces in (False, True) for case_id in CASES]

    def run(key: tuple[str, bool]) -> Exchange:
        case_id, in_pieces = key
        return exchange(CASES[case_id], server.address, in_pieces=in_pieces)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(keys, pool.map(run, keys), strict=True))


@pytest.mark.parametrize("in_pieces", [False, True], ids=["whole", "pieces"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(exchanges: Exchanges, case: Case, in_pieces: bool) -> None:  # noqa: FBT001
    judgement = judge(case, exchanges[case.id, in_pieces])
    explanation = f"{judgement.reason} [{case.level} RFC {case.rfc}] {case.note}"
    assert judgement.verdict is not Verdict.WRONG, explanation
    if judgement.verdict is Verdict.ALTERNATIVE:
        assert case.id in load_accepted(), explanation


def test_accepted_alternatives_are_needed_and_have_reasons(exchanges: Exchanges) -> None:
    alternatives = {
        case_id
        for (case_id, _), each in exchanges.items()
        if judge(CASES[case_id], each).verdict is Verdict.ALTERNATIVE
    }
    accepted = load_accepted()
    assert accepted.keys() <= alternatives
    assert all(len(reason) > len("too short") for reason in accepted.values())


def test_server_is_still_up(exchanges: Exchanges, server: Server) -> None:
    assert exchanges
    assert server.request("GET /").status == 200
