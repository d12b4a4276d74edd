"""A browser without a window: what a page shows, what it asks for, and what it complains of.

It is told what to do by the DevTools protocol, https://chromedevtools.github.io/devtools-protocol.
"""

import base64
import contextlib
import itertools
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from support.programs import needed
from support.waiting import PATIENCE, wait_for

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--no-proxy-server", "--hide-scrollbars", "--window-size=1280,1600"),
    "--remote-debugging-port=0",
)


class Page:
    """One page, and what has happened on it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.requested: list[str] = []
        self.complaints: list[str] = []
        """Errors and warnings on its console, with what its policy has blocked."""
        self._connection = connection
        self._numbers = itertools.count(1)
        self._session: str | None = None
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._call(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Go to a page."""
        failure = self._call("Page.navigate", url=url).get("errorText")
        assert not failure, f"{url}: {failure}"

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript; a promise is waited for."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """Wait until an expression is true."""
        return wait_for(lambda: self.evaluate(expression), expression)

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that a CSS selector finds, without blanks around them."""
        elements = f"Array.from(document.querySelectorAll({json.dumps(selector)}))"
        texts: list[str] = self.evaluate(f"{elements}.map(each => each.textContent.trim())")
        return texts

    def click(self, selector: str) -> None:
        """Wait for an element, and click on it."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.wait_for(f"{element} !== null")
        self.evaluate(f"{element}.click()")

    def save_screenshot(self, file: Path) -> None:
        """Write the visible part as PNG."""
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def _call(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        self._connection.send(json.dumps(message))
        while (answer := json.loads(self._connection.recv(PATIENCE))).get("id") != number:
            self._note(answer.get("method"), answer.get("params", {}))
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def _note(self, event: str | None, parameters: dict[str, Any]) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.requested.append(parameters["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(parameters["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(parameters["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if parameters["type"] in {"error", "warning"}:
                self.complaints.append(str(parameters["args"]))
            case _:
                pass


@contextlib.contextmanager
def opened_page() -> Iterator[Page]:
    """A page in a browser of its own; the test is skipped where there is no browser."""
    program = needed(*NAMES)
    with (
        tempfile.TemporaryDirectory(prefix="pyre-", ignore_cleanup_errors=True) as profile,
        running([program, *OPTIONS, f"--user-data-dir={profile}"]) as process,
        connect(address(process, Path(profile)), max_size=None, proxy=None) as connection,
    ):
        yield Page(connection)


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process, until the end of the ``with`` block."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def address(process: "subprocess.Popen[bytes]", profile: Path) -> str:
    """Wait until the browser listens: it writes port and path to a file."""
    file = profile / "DevToolsActivePort"

    def lines() -> list[str]:
        assert process.poll() is None, f"Chromium ended with status {process.returncode}"
        return file.read_text(encoding="ascii").splitlines()[1:] if file.exists() else []

    (path,) = wait_for(lines, "Chromium to listen")
    port = file.read_text(encoding="ascii").split()[0]
    return f"ws://127.0.0.1:{port}{path}"
