import dataclasses

import pytest
from pyre.server.config import Config
from pyre.server.errors import ConfigError, UsageError


def test_the_defaults_are_valid():
    config = Config("main:app")
    assert (config.host, config.port, config.timeout_graceful_shutdown) == ("127.0.0.1", 8000, 30)


def test_a_config_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config("main:app").port = 1


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("port", 0),
        ("port", 65535),
        ("fd", 0),
        ("fd", None),
        ("backlog", 1),
        ("limit_body_size", 0),
        ("limit_body_size", None),
        ("limit_body_rate", 1),
        ("limit_body_rate", None),
        ("limit_unread_body", 0),
        ("asgi_spec_version", "2.4"),
        ("limit_read_ahead", 16384),
        ("limit_header_size", 2**30),
        ("timeout_body", None),
        ("timeout_write", None),
        ("timeout_write", 0.001),
        ("root_path", "/api/v1"),
        ("forwarded_allow_ips", ""),
        ("forwarded_allow_ips", "*"),
        ("forwarded_allow_ips", "127.0.0.1, ::1,unix"),
        ("forwarded_allow_ips", "10.0.0.0/8,fd00::/8,::ffff:10.0.0.0/104"),
        ("loop", "asyncio"),
        ("loop", "package.module:factory"),
        ("lifespan", "off"),
        ("interface", "psgi"),
    ],
)
def test_a_value_within_its_range_is_kept(option, value):
    assert getattr(Config("main:app", **{option: value}), option) == value


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("port", -1),
        ("port", 65536),
        ("port", "8000"),
        ("port", None),
        ("fd", -1),
        ("backlog", 0),
        ("backlog", 2**31),
        ("limit_request_line", 0),
        ("limit_header_size", 0.5),
        ("limit_header_count", None),
        ("limit_body_size", -1),
        ("limit_body_rate", 0),
        ("limit_chunk_extensions", 0),
        ("limit_trailer_size", None),
        ("limit_unread_body", None),
        ("asgi_spec_version", "2.2"),
        ("limit_read_ahead", 16383),
        ("limit_header_size", 2**30 + 1),
        ("timeout_header", 0),
        ("timeout_keep_alive", -1),
        ("timeout_write", float("nan")),
        ("timeout_graceful_shutdown", float("inf")),
        ("timeout_write", "5"),
        ("root_path", "api"),
        ("root_path", "/api/"),
        ("loop", "trio"),
        ("lifespan", "maybe"),
        ("interface", "wsgi"),
        ("log_level", "INFO"),
        ("access_log_format", "xml"),
        ("driver", "epoll"),
        ("app_dir", "/no/such/directory"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(option, value):
    with pytest.raises(ConfigError, match=f"^{option} .*{value}"):
        Config("main:app", **{option: value})


@pytest.mark.parametrize(
    "member",
    [
        "localhost",
        "10.0.0",
        "010.0.0.1",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/255.0.0.0",
        "fe80::1%eth0",
        "[::1]",
        "127.0.0.1:80",
        "UNIX",
        "",
    ],
)
def test_a_trusted_peer_that_can_not_be_read_is_refused_by_name(member):
    with pytest.raises(ConfigError, match=r"^forwarded_allow_ips must be") as raised:
        Config("main:app", forwarded_allow_ips=f"127.0.0.1,{member}")
    assert f"{member!r} is none of these" in str(raised.value)


def test_the_proxy_protocol_on_a_unix_socket_needs_its_peers_trusted():
    with pytest.raises(ConfigError, match="add unix to forwarded_allow_ips"):
        Config("main:app", uds="pyre.sock", proxy_protocol=True)
    for trusted in ("unix", "*", "10.0.0.1, unix"):
        Config("main:app", uds="pyre.sock", proxy_protocol=True, forwarded_allow_ips=trusted)


@pytest.mark.parametrize("app", [None, 7, b"main:app"])
def test_an_app_that_is_neither_a_name_nor_callable_is_refused(app):
    with pytest.raises(ConfigError, match=r"^app must be"):
        Config(app)


def test_an_object_that_is_an_application_by_its_method_need_not_be_callable():
    class Site:
        def __psgi__(self, request): ...

    site = Site()
    assert Config(site).app is site


def test_a_malformed_import_string_is_refused():
    with pytest.raises(UsageError, match="module:attribute"):
        Config("main:")


@pytest.mark.parametrize(
    "options",
    [
        {"uds": "/run/pyre.sock", "fd": 3},
        {"write_low_water": 2, "write_high_water": 1},
        {"access_log_file": "access.log", "access_log": False},
    ],
)
def test_contradictions_are_refused(options):
    with pytest.raises(ConfigError) as raised:
        Config("main:app", **options)
    assert all(option in str(raised.value) for option in options if option != "access_log")
