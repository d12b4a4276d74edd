"""Each option of uvicorn, gunicorn and Granian is one of ours or has an answer.

``peer_options.json`` has all of their options and variables, taken from their parsers, and the
versions that it was taken from.
"""

import json
import re
from pathlib import Path

import pytest
from pyre.server import peer_options
from pyre.server.cli import command
from pyre.server.config import Config
from pyre.server.environment import variables_without_effect

PEERS = json.loads(Path(__file__).with_name("peer_options.json").read_text(encoding="utf-8"))
OURS = {
    name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)
} | {"-h", "--help"}
SETTINGS = Config.__dataclass_fields__.keys()

# What an answer tells to write is an option that there is.
WRITTEN = re.compile(r"--[a-z][a-z-]+")


def each(kind):
    return [
        pytest.param(name, id=f"{peer} {name}") for peer, has in PEERS.items() for name in has[kind]
    ]


@pytest.mark.parametrize("option", each("options"))
def test_an_option_of_a_peer_is_ours_or_has_an_answer(option):
    assert (option in OURS) != (option in peer_options.OPTIONS)


@pytest.mark.parametrize(
    "variable", [name for name in each("environment") if "FORWARDED" not in name.id]
)
def test_a_variable_of_a_peer_has_an_answer(variable):
    (warning,) = variables_without_effect({variable: "2"}, SETTINGS, is_port_chosen=False)
    subject, _, answer = warning.partition(" is not read: ")
    assert subject == variable
    assert answer in {*peer_options.OPTIONS.values(), *peer_options.VARIABLES.values()} or (
        answer.startswith("write PYRE_") and answer.removeprefix("write PYRE_").lower() in SETTINGS
    )


def test_no_answer_is_about_an_option_that_no_peer_has():
    known = {option for has in PEERS.values() for option in has["options"]} | {"--debug"}
    assert peer_options.OPTIONS.keys() <= known


ANSWERS = sorted({*peer_options.OPTIONS.values(), *peer_options.VALUES.values()})


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_an_answer_tells_to_write_is_there(answer):
    assert set(WRITTEN.findall(answer)) <= OURS


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["-w", "4"], "there is no option -w: worker processes are not there yet"),
        (["-w4"], "there is no option -w: worker processes are not there yet"),
        (["--workers=4"], "there is no option --workers: worker processes are not there yet"),
        (["--reload"], "there is no option --reload: reloading on a change is not there yet"),
        (["-b", ":80"], "there is no option -b: write --host HOST --port PORT, --uds PATH or"),
        (["--ssl-certfile", "a"], "there is no option --ssl-certfile: TLS is not there yet"),
        (["--interface", "wsgi"], "WSGI is not there yet; wrap the application by WSGIMiddleware"),
        (["--interface", "asgi3"], "write --interface asgi"),
        (["--log-level", "WARN"], "write --log-level warning"),
    ],
)
def test_the_command_gives_the_answer_in_one_line(run_pyre, arguments, answer):
    result = run_pyre("main:app", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert answer in line
