import pytest
from pyre.server.cli import command
from pyre.server.config import Config
from pyre.server.quantities import parse_number, parse_size, parse_time

from server.test_cli import parse  # noqa: F401 - a fixture

SIZES = {
    "0": 0,
    "8192": 8192,
    "007": 7,
    "100B": 100,
    "1k": 1024,
    "1K": 1024,
    "64KiB": 65536,
    "64kib": 65536,
    "10kB": 10_000,
    "10KB": 10_000,
    "10MB": 10_000_000,
    "10mb": 10_000_000,
    "1m": 1 << 20,
    "1.5m": 3 << 19,
    "2G": 2 << 30,
    "1GiB": 1 << 30,
    "1TB": 10**12,
    "9223372036854775807": 2**63 - 1,
    "none": None,
}
TIMES = {
    "30": 30,
    "2.5": 2.5,
    "0.25": 0.25,
    "30s": 30,
    "30S": 30,
    "500ms": 0.5,
    "1.5ms": 0.0015,
    "5m": 300,
    "5min": 300,
    "1h": 3600,
    "1d": 86400,
    "none": None,
}
NEVER = [
    "",
    " ",
    "-1",
    "+1",
    "nan",
    "inf",
    "-inf",
    "1e3",
    "1e400",
    "1_000",
    "0x10",
    "10 MB",
    " 10",
    "10\n",
    "1,5",
    "1.",
    ".5",
    "1.2.3",
    "10XB",
    "s",
    "MB",
    "\u0661\u0660",
    "\uff11\uff10",
    "1\u212a",  # KELVIN SIGN, whose lower case is k
    "None",
    "9" * 21,
    "9" * 5000,
]


@pytest.mark.parametrize(("text", "value"), SIZES.items())
def test_sizes(text, value):
    assert parse_size(text) == value


@pytest.mark.parametrize(("text", "value"), TIMES.items())
def test_times(text, value):
    assert parse_time(text) == value


@pytest.mark.parametrize("text", NEVER)
@pytest.mark.parametrize(
    ("read", "complaint"),
    [
        (parse_size, "is not a size; write whole bytes, or a number and its unit"),
        (parse_time, "is not a time; write seconds, or a number and its unit"),
        (parse_number, "is not a whole number; write digits only"),
    ],
)
def test_what_is_no_quantity_is_refused(read, complaint, text):
    with pytest.raises(ValueError, match=complaint) as raised:
        read(text)
    assert str(raised.value).startswith(repr(text))


@pytest.mark.parametrize(
    ("read", "text"), [(parse_size, "30s"), (parse_size, "1.5"), (parse_time, "10MB")]
)
def test_units_are_of_their_kind(read, text):
    with pytest.raises(ValueError, match=r"is not a (size|time)"):
        read(text)


def test_a_size_is_whole_bytes():
    assert parse_size("0.5k") == 512
    with pytest.raises(ValueError, match="whole bytes"):
        parse_size("0.3333k")


def names_of_kind(kind):
    return [
        parameter.name
        for parameter in command.params
        if getattr(parameter.type, "func", None) is not None
        and parameter.type.func.__name__ == kind
    ]


def test_each_limit_of_bytes_is_a_size_and_each_time_limit_a_time():
    fields = Config.__dataclass_fields__
    times = {name for name in fields if name.startswith("timeout_")}
    assert times <= set(names_of_kind("time"))
    sizes = {name for name in fields if name.startswith(("limit_", "write_"))}
    assert set(names_of_kind("size")) == sizes - {"limit_header_count"}


@pytest.mark.parametrize("setting", names_of_kind("size"))
def test_each_size_is_understood_on_the_command_line_and_in_the_environment(parse, setting):  # noqa: F811
    option = "--" + setting.replace("_", "-")
    others = [] if setting == "write_high_water" else ["--write-high-water", "1g"]
    assert getattr(parse("main:app", *others, option, "64KiB"), setting) == 65536
    config = parse("main:app", *others, **{f"PYRE_{setting.upper()}": "64KiB"})
    assert getattr(config, setting) == 65536


@pytest.mark.parametrize("setting", names_of_kind("time"))
def test_each_time_is_understood_on_the_command_line_and_in_the_environment(parse, setting):  # noqa: F811
    option = "--" + setting.replace("_", "-")
    assert getattr(parse("main:app", option, "1500ms"), setting) == 1.5
    assert getattr(parse("main:app", **{f"PYRE_{setting.upper()}": "2m"}), setting) == 120


@pytest.mark.parametrize(
    ("arguments", "variables", "complaint"),
    [
        (["--limit-body-size", "10 MB"], {}, "'10 MB' is not a size"),
        ([], {"PYRE_LIMIT_BODY_SIZE": "10 MB"}, "'10 MB' is not a size"),
        (["--limit-body-size", "-5"], {}, "'-5' is not a size"),
        (["--limit-body-size", "16000000TiB"], {}, "limit_body_size must be a whole number from"),
        (["--limit-request-line", "none"], {}, "limit_request_line must be a whole number from"),
        (["--timeout-write", "inf"], {}, "'inf' is not a time"),
        (["--timeout-write", "0s"], {}, "timeout_write must be seconds above 0"),
        (["--timeout-write", "400d"], {}, "timeout_write must be seconds above 0"),
        ([], {"PYRE_TIMEOUT_WRITE": "soon"}, "'soon' is not a time"),
        (["--port", "\uff18\uff10"], {}, "'\uff18\uff10' is not a whole number"),
        (["--backlog", "1_0"], {}, "'1_0' is not a whole number"),
    ],
)
def test_what_is_not_understood_is_one_line_and_status_2(run_pyre, arguments, variables, complaint):
    result = run_pyre("main:app", *arguments, **variables)
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert complaint in line
