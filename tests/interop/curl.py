"""curl as a subprocess."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class CurlResult:
    """What curl wrote."""

    body: bytes
    log: str
    """With ``--verbose``, each line that was sent (``> ``) and received (``< ``)."""


def curl(*options: str, stdin: Iterable[bytes] = ()) -> CurlResult:
    """Run curl, fail when it does, and give it ``stdin`` to send."""
    command = ["curl", "--silent", "--show-error", "--fail", "--max-time", "50", *options]
    done = subprocess.run(command, input=b"".join(stdin), capture_output=True, check=False)
    log = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, log
    return CurlResult(done.stdout, log)
