"""What a server logs within one test."""

import re

from support.server import Server
from support.waiting import wait_for

from psgi.asking import sign


class Log:
    """What a server has printed since this was made: hosts differ in where they log."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._old_output = len(server.stdout)
        self._old_errors = len(server.stderr)

    @property
    def text(self) -> str:
        return self._server.stdout[self._old_output :] + self._server.stderr[self._old_errors :]

    def expect(self, *texts: str) -> None:
        """Wait until each text has been logged, and let the traceback with the first one pass."""
        for text in texts:
            wait_for(lambda text=text: text in self.text, f"{text!r} in the log")
        self._server.expect_error(texts[0])

    def expect_error(self, kind: str, *names: str) -> None:
        """Wait until an exception of this class has been logged whose message has the names."""

        def is_meant(line: str) -> bool:
            return bool(re.match(rf"\W*{kind}: ", line)) and all(name in line for name in names)

        def found() -> str | None:
            return next(filter(is_meant, self.text.splitlines()), None)

        line = wait_for(found, f"{kind} with {names} in the log")
        assert line
        self._server.expect_error(line)

    def assert_quiet(self) -> None:
        """No exception has been logged, up to one that is caused for this purpose."""
        message = sign()
        assert self._server.request(f"GET /fail?{message}").status == 500
        self.expect(f"ExpectedError: {message}")
        assert self.text.count("Traceback") == 1, self.text
