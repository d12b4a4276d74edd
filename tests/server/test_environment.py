import pytest
from pyre.server.environment import variables_without_effect

SETTINGS = ("port", "host", "log_level", "app")


def warnings(*, is_port_chosen=False, **variables):
    return list(variables_without_effect(variables, SETTINGS, is_port_chosen=is_port_chosen))


@pytest.mark.parametrize(
    "name",
    [
        "PYRE_PORT",
        "PYRE_APP",
        "PATH",
        "UVICORN",
        # A tag, and what Kubernetes sets where a service is named pyre.
        "PYRE_VERSION",
        "PYRE_SERVICE_HOST",
        "PYRE_SERVICE_PORT",
        "PYRE_SERVICE_PORT_HTTP",
        "PYRE_PORT_80_TCP",
        "PYRE_PORT_80_TCP_ADDR",
        "PYRE_PORT_80_TCP_PORT",
        "PYRE_PORT_80_TCP_PROTO",
    ],
)
def test_what_is_read_or_meant_for_others_is_passed_over(name):
    assert warnings(**{name: "1"}) == []


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("PYRE_PROT", "did you mean PYRE_PORT?"),
        ("PYRE_LOGLEVEL", "did you mean PYRE_LOG_LEVEL?"),
        ("PYRE_CACHE", "no option has that name; pyre --help lists what there is"),
        ("PYRE_WORKERS", "worker processes are not there yet; start one Pyre for each core"),
        ("UVICORN_PORT", "write PYRE_PORT"),
        ("UVICORN_RELOAD_DIRS", "reloading on a change is not there yet"),
        ("UVICORN_SOMETHING", "pyre --help lists what there is"),
        ("GRANIAN_WEBSOCKETS", "WebSockets are not there yet"),
        ("GUNICORN_CMD_ARGS", "write its options on the command line"),
        ("WEB_CONCURRENCY", "worker processes are not there yet"),
        ("PORT", 'write --port "$PORT"'),
    ],
)
def test_what_has_no_effect_is_told(name, advice):
    (warning,) = warnings(**{name: "2"})
    assert warning.startswith(f"{name} is not read: {advice}")


def test_what_changes_nothing_is_not_told():
    assert warnings(WEB_CONCURRENCY="1") == []
    assert warnings(PORT="80", is_port_chosen=True) == []


def test_the_command_warns_once_for_each(run_pyre):
    result = run_pyre("absent:app", PYRE_PROT="1", UVICORN_HOST="::", PORT="80", PYRE_PORT="81")
    *told, last = result.stderr.splitlines()
    assert told == [
        "warning: PYRE_PROT is not read: did you mean PYRE_PORT?",
        "warning: UVICORN_HOST is not read: write PYRE_HOST",
    ]
    assert last.startswith("pyre: module 'absent' was not found")


def test_the_log_level_applies_to_the_warnings(run_pyre):
    result = run_pyre("absent:app", PYRE_PROT="1", PYRE_LOG_LEVEL="error")
    assert result.stderr.startswith("pyre: module 'absent'")
