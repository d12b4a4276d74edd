"""Fetch the files of Swagger UI that the framework ships, by npm, and compress them.

To take a newer one: change ``VERSION``, set ``INTEGRITY`` to what
``npm view swagger-ui-dist@VERSION dist.integrity`` says, run this, and change ``_VERSION`` in
``user_interface.py``. The tests look at the page in a browser.
"""

import base64
import gzip
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "5.35.0"
INTEGRITY = (
    "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/E"
    "ZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="
)

COMPRESSED = ("swagger-ui-bundle.js", "swagger-ui.css")
FILES = (*COMPRESSED, "swagger-ui-bundle.js.LICENSE.txt", "LICENSE", "NOTICE")

FOLDER = Path(__file__).parent.parent / "python" / "pyre" / "framework" / "openapi" / "swagger_ui"


def main() -> None:
    """Replace the files by those of the package."""
    with tempfile.TemporaryDirectory() as directory:
        archive = fetched(Path(directory))
        check(archive)
        with tarfile.open(archive) as package:
            package.extractall(directory, filter="data")
        for name in FILES:
            (FOLDER / name).write_bytes(Path(directory, "package", name).read_bytes())
    for name in COMPRESSED:
        content = (FOLDER / name).read_bytes()
        (FOLDER / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))


def fetched(folder: Path) -> Path:
    """Download the package."""
    command = ["npm", "pack", "--silent", f"swagger-ui-dist@{VERSION}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / f"swagger-ui-dist-{VERSION}.tgz"


def check(archive: Path) -> None:
    """Raise ``ValueError`` unless it is the package that was looked at."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise ValueError(f"{archive.name} is sha512-{digest}, and not {INTEGRITY}")


if __name__ == "__main__":
    main()
