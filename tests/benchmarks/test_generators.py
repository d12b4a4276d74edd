import json
import sys

import pytest
from harness.errors import PeerError
from harness.generators import Outcome, Request, output_of, parsed_open_loop, parsed_wrk

HELLO = Request("/", 13)

WRK = """Running 5s test @ http://127.0.0.1:8000/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
  138532 requests in 5.01s, 19.82MB read
Requests/sec:  27641.53
Transfer/sec:      3.95MB
"""


def wrk(**changes: int) -> str:
    report = {
        "requests": 1000,
        "bytes": 150_000,
        "microseconds": 1_000_000,
        "p50": 1100,
        "p99": 2000,
        "p999": 9000,
        "failures": 0,
    }
    return WRK + json.dumps(report | changes) + "\n"


def open_loop(**changes: int) -> str:
    report = {
        "requests": 5000,
        "unanswered": 0,
        "p50": 60,
        "p99": 200,
        "p999": 900,
        "longest": 1500,
        "own_delay_p99": 2,
    }
    return json.dumps(report | changes) + "\n"


def test_the_report_of_wrk_is_its_last_line():
    expected = Outcome(1000, 150_000, 1_000_000, 1100, 2000, 9000)
    assert parsed_wrk(wrk(), HELLO) == expected


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"failures": 1}, "1 requests failed, 1000 were answered"),
        ({"requests": 0}, "0 requests failed, 0 were answered"),
    ],
)
def test_a_failed_request_spoils_the_sample(changes, complaint):
    with pytest.raises(PeerError, match=complaint):
        parsed_wrk(wrk(**changes), HELLO)


def test_answers_have_to_be_as_long_as_expected():
    assert parsed_wrk(wrk(bytes=13_000), HELLO).bytes == 13_000
    with pytest.raises(PeerError, match="12999 bytes are too few for 1000 answers"):
        parsed_wrk(wrk(bytes=12_999), HELLO)


def test_the_report_of_the_open_loop():
    expected = Outcome(5000, 65_000, 2e6, 60, 200, 900, 2)
    assert parsed_open_loop(open_loop(), HELLO, 2) == expected


@pytest.mark.parametrize(
    ("requests", "unanswered", "is_kept"),
    [(5000, 5, True), (5000, 6, False), (0, 0, False), (0, 100, False)],
)
def test_who_can_not_keep_up_has_no_latency(requests, unanswered, is_kept):
    output = open_loop(requests=requests, unanswered=unanswered)
    if is_kept:
        assert parsed_open_loop(output, HELLO, 2).requests == requests
    else:
        with pytest.raises(PeerError, match=f"{unanswered} requests without an answer"):
            parsed_open_loop(output, HELLO, 2)


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("import sys; sys.exit('Connection refused')", "Connection refused"),
        ("", "said nothing"),
    ],
)
def test_a_generator_that_fails_is_about_the_peer(program, complaint):
    with pytest.raises(PeerError, match=complaint):
        output_of([sys.executable, "-c", program])
