"""Four HTTP clients behind one interface, so that each test runs with all of them."""

import asyncio
import hashlib
import io
import subprocess
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import httpx
import requests
from apps.payload import digest
from support.programs import needed
from support.waiting import PATIENCE

PIECE = 65_536

Body = bytes | Iterable[bytes] | None
"""Sent with ``Content-Length`` when it is bytes, chunked when it comes in pieces."""


@dataclass
class Reply:
    """What a client got."""

    status: int
    body: bytes


class Client(ABC):
    """Sends requests to one site, which listens on ``base`` or on the unix socket ``uds``."""

    def __init__(self, base: str, uds: str | None = None) -> None:
        self.base = base
        self.uds = uds

    @abstractmethod
    def fetch(self, method: str, path: str, body: Body = None, **fields: str) -> Reply:
        """Make one request; ``fields`` are header fields, such as ``content_type``."""

    @abstractmethod
    def fetch_each(self, paths: list[str]) -> list[bytes]:
        """Get one after the other in one session, and return the bodies."""

    @abstractmethod
    def digest_of(self, path: str) -> str:
        """Get a body that is too large to hold, and digest it as it arrives."""

    @abstractmethod
    def submit(self, path: str, file: bytes, note: str) -> Reply:
        """Post a form with a file named ``file.bin``."""


class Httpx(Client):
    """httpx, the synchronous one."""

    def fetch(self, method: str, path: str, body: Body = None, **fields: str) -> Reply:
        with self._session() as session:
            response = session.request(method, path, content=body, headers=header_section(fields))
        return Reply(response.status_code, response.content)

    def fetch_each(self, paths: list[str]) -> list[bytes]:
        with self._session() as session:
            return [session.get(path).content for path in paths]

    def digest_of(self, path: str) -> str:
        with self._session() as session, session.stream("GET", path) as response:
            return digest(response.iter_bytes())

    def submit(self, path: str, file: bytes, note: str) -> Reply:
        with self._session() as session:
            files = {"file": ("file.bin", file)}
            response = session.post(path, files=files, data={"note": note})
        return Reply(response.status_code, response.content)

    def _session(self) -> httpx.Client:
        transport = httpx.HTTPTransport(uds=self.uds)
        return httpx.Client(base_url=self.base, transport=transport, timeout=PATIENCE)


class Requests(Client):
    """requests, on urllib3 and the standard library."""

    def fetch(self, method: str, path: str, body: Body = None, **fields: str) -> Reply:
        response = requests.request(
            method, self.base + path, data=body, headers=header_section(fields), timeout=PATIENCE
        )
        return Reply(response.status_code, response.content)

    def fetch_each(self, paths: list[str]) -> list[bytes]:
        with requests.Session() as session:
            return [session.get(self.base + path, timeout=PATIENCE).content for path in paths]

    def digest_of(self, path: str) -> str:
        with requests.get(self.base + path, stream=True, timeout=PATIENCE) as response:
            return digest(response.iter_content(PIECE))

    def submit(self, path: str, file: bytes, note: str) -> Reply:
        files = {"file": ("file.bin", file)}
        response = requests.post(self.base + path, {"note": note}, files=files, timeout=PATIENCE)
        return Reply(response.status_code, response.content)


class Aiohttp(Client):
    """aiohttp, with an event loop for each call."""

    def fetch(self, method: str, path: str, body: Body = None, **fields: str) -> Reply:
        data = io.BytesIO(body) if isinstance(body, bytes) else body and one_by_one(body)
        return asyncio.run(self._request(method, path, data, header_section(fields)))

    def fetch_each(self, paths: list[str]) -> list[bytes]:
        async def run() -> list[bytes]:
            async with self._session() as session:
                return [await (await session.get(self.base + path)).read() for path in paths]

        return asyncio.run(run())

    def digest_of(self, path: str) -> str:
        async def run() -> str:
            found = hashlib.sha256()
            async with self._session() as session, session.get(self.base + path) as response:
                async for piece in response.content.iter_any():
                    found.update(piece)
            return found.hexdigest()

        return asyncio.run(run())

    def submit(self, path: str, file: bytes, note: str) -> Reply:
        form = aiohttp.FormData({"note": note})
        form.add_field("file", file, filename="file.bin")
        return asyncio.run(self._request("POST", path, form, {}))

    async def _request(
        self, method: str, path: str, data: object, headers: dict[str, str]
    ) -> Reply:
        async with (
            self._session() as session,
            session.request(method, self.base + path, data=data, headers=headers) as response,
        ):
            return Reply(response.status, await response.read())

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.UnixConnector(self.uds) if self.uds else aiohttp.TCPConnector()
        timeout = aiohttp.ClientTimeout(PATIENCE)
        return aiohttp.ClientSession(connector=connector, timeout=timeout)


def header_section(fields: dict[str, str]) -> dict[str, str]:
    """``content_type`` becomes ``Content-Type``."""
    return {name.replace("_", "-").title(): value for name, value in fields.items()}


async def one_by_one(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


class Curl(Client):
    """curl, as a subprocess."""

    def fetch(self, method: str, path: str, body: Body = None, **fields: str) -> Reply:
        lines = [f"{name}: {value}" for name, value in header_section(fields).items()]
        target = (*(word for line in lines for word in ("--header", line)), self.base + path)
        if method == "HEAD":
            return self._run("--head", "--output", "/dev/null", *target)
        if body is None:
            return self._run("--request", method, *target)
        if isinstance(body, bytes):
            return self._run("--request", method, "--data-binary", "@-", *target, stdin=body)
        pieces = b"".join(body)
        return self._run("--request", method, "--upload-file", "-", *target, stdin=pieces)

    def fetch_each(self, paths: list[str]) -> list[bytes]:
        separator = "--write-out", "\n"
        reply = self._curl(*separator, *(self.base + path for path in paths))
        return reply.stdout.splitlines()

    def digest_of(self, path: str) -> str:
        command = self._command(self.base + path)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            found = digest(iter(partial(process.stdout.read, PIECE), b""))
        assert process.returncode == 0
        return found

    def submit(self, path: str, file: bytes, note: str) -> Reply:
        form = ("--form", "file=@-;filename=file.bin", "--form", f"note={note}")
        return self._run(*form, self.base + path, stdin=file)

    def run_verbosely(self, *options: str, path: str, stdin: bytes) -> str:
        """What went over the wire, as ``curl --verbose`` tells it."""
        return self._curl("--verbose", *options, self.base + path, stdin=stdin).stderr.decode()

    def _run(self, *options: str, stdin: bytes = b"") -> Reply:
        done = self._curl("--write-out", "\n%{http_code}", *options, stdin=stdin)
        body, _, status = done.stdout.rpartition(b"\n")
        return Reply(int(status), body)

    def _curl(self, *options: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            self._command(*options), input=stdin, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done

    def _command(self, *options: str) -> list[str]:
        socket = ("--unix-socket", self.uds) if self.uds else ()
        return [
            needed("curl"),
            "--silent",
            "--show-error",
            "--max-time",
            str(PATIENCE),
            *socket,
            *options,
        ]


CLIENTS: dict[str, Any] = {
    "httpx": Httpx,
    "requests": Requests,
    "aiohttp": Aiohttp,
    "curl": Curl,
}

UNIX_CLIENTS = [name for name in CLIENTS if name != "requests"]
"""Clients that can connect to a unix socket."""
