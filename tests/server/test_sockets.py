import contextlib
import errno
import os
import select
import socket
import stat
import sys
from pathlib import Path

import pytest
from pyre.server import sockets
from pyre.server.config import Config
from pyre.server.errors import BindError

needs_unix_sockets = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs unix sockets")


def bind(**options):
    return sockets.bind(Config("main:app", **options))


def listen(**options):
    listeners = bind(**options)
    listeners.listen(backlog=8)
    return listeners


def can_connect(address) -> bool:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as client:
        return client.connect_ex(address) == 0


@pytest.fixture
def two_addresses(monkeypatch):
    """A name that stands for two addresses of this machine."""

    def resolve(*pairs):
        found = [(family, socket.SOCK_STREAM, 6, "", (host, 0)) for family, host in pairs]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    return resolve


def test_listens_on_the_port_that_the_system_chooses():
    with listen(port=0) as listeners:
        ((host, port),) = listeners.addresses
        assert host == "127.0.0.1"
        assert can_connect((host, port))


def test_a_socket_does_not_block():
    with listen(port=0) as listeners:
        (fd,) = listeners.detach()
        with socket.socket(fileno=fd) as sock, pytest.raises(BlockingIOError):
            sock.accept()


def test_refuses_connections_until_it_listens():
    with bind(port=0) as listeners:
        (address,) = listeners.addresses
        assert not can_connect(address)
        listeners.listen(backlog=1)
        assert can_connect(address)


def test_a_port_that_another_server_took_after_the_bind_is_told():
    with bind(port=0) as late:
        ((_, port),) = late.addresses
        with (
            listen(port=port),
            pytest.raises(BindError, match=f"^127.0.0.1:{port} is in use by another process"),
        ):
            late.listen(backlog=1)


def test_leaving_closes_the_sockets():
    with listen(port=0) as listeners:
        (address,) = listeners.addresses
    assert not can_connect(address)


def test_leaving_does_not_close_what_was_detached():
    with listen(port=0) as listeners:
        (address,) = listeners.addresses
        (fd,) = listeners.detach()
    with socket.socket(fileno=fd):
        assert can_connect(address)


def test_a_port_in_use_is_told_with_its_address():
    with listen(port=0) as listeners:
        ((_, port),) = listeners.addresses
        message = f"^127.0.0.1:{port} is in use by another process; choose another --port$"
        with pytest.raises(BindError, match=message):
            listen(port=port)


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(BindError, match=r"192\.0\.2\.1:0 is not an address of this machine"):
        listen(host="192.0.2.1", port=0)


@pytest.mark.parametrize(
    "host", ["no.such.host.invalid", "a" * 64 + ".invalid", "m\xfcll.invalid", "\xfc" * 64]
)
def test_a_name_that_does_not_resolve_is_refused(host):
    with pytest.raises(BindError, match="can't be resolved"):
        listen(host=host, port=0)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may use any port")
def test_a_port_that_needs_privilege_is_refused():
    with pytest.raises(BindError, match="not permitted"):
        listen(port=1)


def test_all_addresses_of_a_name_share_the_port(two_addresses):
    two_addresses((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2"))
    with listen(host="both", port=0) as listeners:
        (first, first_port), (second, second_port) = listeners.addresses
    assert {first, second} == {"127.0.0.1", "127.0.0.2"}
    assert first_port == second_port


def test_an_address_that_is_given_twice_is_used_once(two_addresses):
    two_addresses((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.1"))
    with listen(host="twice", port=0) as listeners:
        assert len(listeners.addresses) == 1


def test_an_address_that_this_machine_lacks_is_left_out(two_addresses):
    two_addresses((socket.AF_INET, "192.0.2.1"), (socket.AF_INET, "127.0.0.1"))
    with listen(host="half", port=0) as listeners:
        assert [host for host, _ in listeners.addresses] == ["127.0.0.1"]


def test_a_port_that_one_address_has_in_use_closes_the_others(two_addresses):
    with listen(host="127.0.0.2", port=0) as taken:
        ((_, port),) = taken.addresses
        two_addresses((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2"))
        with pytest.raises(BindError, match=f"127.0.0.2:{port} is in use"):
            listen(host="both", port=port)
        assert not can_connect(("127.0.0.1", port))


def test_another_port_is_tried_when_the_chosen_one_is_in_use(two_addresses, monkeypatch):
    two_addresses((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2"))
    refusals = iter([True])
    bind = socket.socket.bind

    def bind_or_refuse(sock, address):
        if address[0] == "127.0.0.2" and next(refusals, False):
            raise OSError(errno.EADDRINUSE, "in use")
        bind(sock, address)

    monkeypatch.setattr(socket.socket, "bind", bind_or_refuse)
    with listen(host="both", port=0) as listeners:
        assert len(listeners.addresses) == 2


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return True
    return False


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_an_ipv6_wildcard_leaves_ipv4_to_others():
    with listen(host="::", port=0) as listeners:
        ((_, port),) = listeners.addresses
        assert not can_connect(("127.0.0.1", port))


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (("127.0.0.1", 80), "http://127.0.0.1:80"),
        (("::1", 8000), "http://[::1]:8000"),
        ("/run/pyre.sock", "unix:/run/pyre.sock"),
    ],
)
def test_urls(address, url):
    assert sockets.url(address) == url


@needs_unix_sockets
class TestUnixSocket:
    @pytest.fixture
    def path(self, tmp_path, monkeypatch):
        """A path short enough for every system."""
        monkeypatch.chdir(tmp_path)
        return "pyre.sock"

    def test_listens_for_every_user(self, path):
        with listen(uds=path) as listeners:
            assert listeners.addresses == [path]
            assert stat.S_IMODE(os.lstat(path).st_mode) == 0o666
            assert can_connect(path)

    def test_leaving_removes_the_file(self, path):
        with listen(uds=path):
            pass
        assert not os.path.lexists(path)

    def test_leaving_keeps_the_file_of_a_successor(self, path):
        with listen(uds=path):
            Path(path).rename("old.sock")
            with socket.socket(socket.AF_UNIX) as successor:
                successor.bind(path)
        assert os.path.lexists(path)

    def test_leaving_removes_the_file_after_the_application_has_changed_directory(
        self, path, tmp_path, monkeypatch
    ):
        with listen(uds=path):
            monkeypatch.chdir("/")
        assert not tmp_path.joinpath(path).exists()

    def test_replaces_what_a_killed_server_has_left(self, path):
        with socket.socket(socket.AF_UNIX) as killed:
            killed.bind(path)
        with listen(uds=path):
            assert can_connect(path)

    @pytest.mark.parametrize("backlog", [0, 8])
    def test_a_path_in_use_is_refused_and_kept(self, path, backlog):
        with socket.socket(socket.AF_UNIX) as other, contextlib.ExitStack() as clients:
            other.bind(path)
            other.listen(backlog)
            if backlog == 0:
                fill_backlog(path, clients)
            with pytest.raises(BindError, match=r"pyre.sock is in use .* choose another --uds"):
                listen(uds=path)
            assert os.path.lexists(path)

    def test_a_file_that_is_no_socket_is_refused_and_kept(self, tmp_path, path):
        tmp_path.joinpath(path).write_text("precious", encoding="utf-8")
        with pytest.raises(BindError, match="not a socket"):
            listen(uds=path)
        assert tmp_path.joinpath(path).read_text(encoding="utf-8") == "precious"

    @pytest.mark.parametrize("bad_path", ["absent/pyre.sock", "x" * 200, "\0abstract"])
    @pytest.mark.usefixtures("path")
    def test_a_path_that_can_not_be_bound_is_refused(self, bad_path):
        with pytest.raises(BindError, match=r"can't be listened on .*choose another --uds"):
            listen(uds=bad_path)


def fill_backlog(path: str, clients: contextlib.ExitStack) -> None:
    """Connect until the next connection would have to wait."""
    with contextlib.suppress(BlockingIOError):
        while True:
            client = clients.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            client.connect(path)


class TestInheritedDescriptor:
    def test_is_taken_over(self):
        with socket.create_server(("127.0.0.1", 0)) as parent:
            fd = parent.detach()
        with listen(fd=fd) as listeners:
            (address,) = listeners.addresses
            assert can_connect(address)

    def test_is_not_inherited_any_further(self):
        with socket.create_server(("127.0.0.1", 0)) as parent:
            parent.set_inheritable(True)
            fd = parent.detach()
        with listen(fd=fd):
            assert not os.get_inheritable(fd)

    @pytest.mark.skipif(sys.platform != "linux", reason="needs the abstract namespace")
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("\0pyre-{pid}", "@pyre-{pid}"),
            (b"\0pyre\0{pid}\0", "@pyre@{pid}@"),
            (b"\0\xff{pid}", "@\ufffd{pid}"),
        ],
    )
    def test_may_have_a_name_in_the_abstract_namespace(self, name, shown):
        pid = str(os.getpid())
        name = name.replace(
            *(("{pid}", pid) if isinstance(name, str) else (b"{pid}", pid.encode()))
        )
        with socket.socket(socket.AF_UNIX) as parent:
            parent.bind(name)
            parent.listen()
            fd = parent.detach()
        with listen(fd=fd) as listeners:
            assert listeners.addresses == [shown.format(pid=pid)]
            assert sockets.url(listeners.addresses[0]) == "unix:" + shown.format(pid=pid)

    @pytest.mark.skipif(sys.platform != "linux", reason="needs the abstract namespace")
    def test_may_have_a_name_that_the_system_chose(self):
        with socket.socket(socket.AF_UNIX) as parent:
            parent.bind("")
            parent.listen()
            name = parent.getsockname()
            fd = parent.detach()
        with listen(fd=fd) as listeners:
            assert listeners.addresses == ["@" + name[1:].decode()]

    def test_a_socket_that_does_not_listen_is_refused_and_left_open(self):
        with socket.socket() as sock:
            with pytest.raises(BindError, match="is a socket that does not listen; pass one that"):
                listen(fd=sock.fileno())
            assert sock.getsockname()

    def test_a_connected_socket_is_refused_and_left_open(self):
        one, other = socket.socketpair()
        with one, other:
            with pytest.raises(BindError, match="is a socket that does not listen"):
                listen(fd=one.fileno())
            one.send(b"x")
            assert other.recv(1) == b"x"

    @pytest.mark.parametrize(
        ("family", "kind"),
        [
            ("AF_INET", "SOCK_DGRAM"),
            ("AF_UNIX", "SOCK_DGRAM"),
            ("AF_UNIX", "SOCK_SEQPACKET"),
            ("AF_NETLINK", "SOCK_RAW"),
            ("AF_VSOCK", "SOCK_STREAM"),
        ],
    )
    def test_another_kind_of_socket_is_refused_by_its_name_and_left_open(self, family, kind):
        try:
            sock = socket.socket(getattr(socket, family), getattr(socket, kind))
        except (AttributeError, OSError):
            pytest.skip("this system has none")
        with sock:
            if kind not in {"SOCK_DGRAM", "SOCK_RAW"}:
                sock.bind("" if family == "AF_UNIX" else (socket.VMADDR_CID_ANY, os.getpid()))
                sock.listen()
            with pytest.raises(BindError, match=rf"not a TCP or unix .*\({family}, {kind}\)"):
                listen(fd=sock.fileno())
            assert sock.getsockname() is not None

    def test_a_descriptor_that_is_no_socket_is_refused(self, descriptor):
        with pytest.raises(BindError, match=rf"^--fd {descriptor} is not a socket .*; pass one"):
            listen(fd=descriptor)

    @pytest.fixture(params=["file", "pipe", "terminal", "epoll", "directory", "closed", "huge"])
    def descriptor(self, request, tmp_path):
        if request.param == "epoll" and not hasattr(select, "epoll"):
            pytest.skip("this system has none")
        with contextlib.ExitStack() as opened:
            yield self.open(request.param, tmp_path, opened)

    def open(self, kind, tmp_path, opened):
        match kind:
            case "file":
                return opened.enter_context(tmp_path.joinpath("file").open("wb")).fileno()
            case "epoll":
                return opened.enter_context(select.epoll()).fileno()
            case "directory":
                descriptors = [os.open(tmp_path, os.O_RDONLY)]
            case "pipe":
                descriptors = os.pipe()
            case "terminal":
                descriptors = os.openpty()
            case _:
                return 2**31 - 1 if kind == "huge" else closed_descriptor()
        for descriptor in descriptors:
            opened.callback(os.close, descriptor)
        return descriptors[0]


def closed_descriptor() -> int:
    """One that has just been closed, and that nothing opens before the test is over."""
    descriptors = os.pipe()
    for descriptor in descriptors:
        os.close(descriptor)
    return descriptors[1]
