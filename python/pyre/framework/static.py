"""The files of a directory, for GET and HEAD.

A path is refused before the file system sees it where some system would read more into it than
names: it is on every system, so that the same files are there on all.
"""

import os
import re
from os import PathLike
from pathlib import Path

from pyre import psgi
from pyre.framework.errors import HTTPError, RegistrationError
from pyre.framework.responses import FileResponse, RedirectResponse, Response
from pyre.framework.responses.open_file import http_error

_NEVER_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\\:]")
"""Control characters, a separator of Windows, and what ends a drive and begins a stream there."""

_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])[ ]*(?:\..*)?", re.IGNORECASE)
"""Names that mean a device on Windows, with any extension."""


class StaticFiles:
    """The files below ``directory``, with what ``FileResponse`` does for each.

    - A path never leads out of the directory: neither by ``..``, nor by a symbolic link unless
      ``follow_symlinks``. What must not be found is answered by 404.
    - A name that begins with a dot is found only with ``hidden``, but for ``.well-known`` (RFC
      8615).
    - A directory is answered by its ``index``, if it has one. Without the ``/`` at its end it is
      redirected there (307), as references in the page are relative to it. ``None``
      turns both off. There are no listings.
    - ``cache_control`` is the value of that field: ``"public, max-age=31536000, immutable"`` for
      files with a hash in their names.

    Raises ``RegistrationError`` if the directory is not there.
    """

    def __init__(  # noqa: PLR0913 - each is independent of the others
        self,
        directory: str | PathLike[str],
        *,
        index: str | None = "index.html",
        cache_control: str | None = None,
        precompressed: bool = True,
        hidden: bool = False,
        follow_symlinks: bool = False,
    ) -> None:
        if not Path(directory).is_dir():
            raise RegistrationError(f"there is no directory {str(directory)!r} for static files")
        self._root = Path(directory).resolve()
        self._index = index
        self._headers = {"cache-control": cache_control} if cache_control else {}
        self._precompressed = precompressed
        self._hidden = hidden
        self._follow_symlinks = follow_symlinks

    def respond(self, path: str, request: psgi.Request) -> Response:
        """The file of a path below the directory: percent-decoded, without a ``/`` in front.

        Raises ``HTTPError``: 404 if there is none, 403 if it must not be read, and 405.
        """
        if request.method not in {"GET", "HEAD"}:
            raise HTTPError(405, headers={"allow": "GET, HEAD"})
        names = path.split("/")
        is_folder = names[-1] == ""
        if is_folder:
            names.pop()
        file = self._found(names)
        if not file.is_dir():
            if is_folder:
                raise HTTPError(404)
            return self._file(file)
        if self._index is None:
            raise HTTPError(404)
        index = self._found([*names, self._index])
        if not index.is_file():
            raise HTTPError(404)
        return self._file(index) if request.raw_path.endswith(b"/") else _to_folder(request)

    def _file(self, path: Path) -> FileResponse:
        return FileResponse(
            path,
            headers=self._headers,
            precompressed=self._precompressed,
            follow_symlinks=self._follow_symlinks,
        )

    def _found(self, names: list[str]) -> Path:
        """The path of a file or directory that is there. Raises ``HTTPError``."""
        for position, name in enumerate(names):
            if not is_plain_name(name, windows=os.name == "nt") or self._is_hidden(position, name):
                raise HTTPError(404)
        path = self._root.joinpath(*names)
        try:
            real = Path(os.path.realpath(path, strict=True))
        except (OSError, ValueError) as error:
            raise http_error(error) from error
        if self._follow_symlinks:
            return path
        if not real.is_relative_to(self._root):
            raise HTTPError(404)
        return real

    def _is_hidden(self, position: int, name: str) -> bool:
        if self._hidden or not name.startswith("."):
            return False
        return not (position == 0 and name == ".well-known")


def _to_folder(request: psgi.Request) -> RedirectResponse:
    """Where the references in an index are right: a relative one, as a proxy may have cut the path.

    It begins with "./", which keeps a name from being read as a scheme (RFC 3986 §4.2).
    """
    name = request.raw_path.rpartition(b"/")[2].decode("latin-1")
    query = f"?{request.query.decode('latin-1')}" if request.query else ""
    return RedirectResponse(f"./{name}/{query}", status=307)


def is_plain_name(name: str, *, windows: bool) -> bool:
    """Whether a segment of a path is the name of a file, and nothing more."""
    if name in {"", ".", ".."} or _NEVER_IN_NAMES.search(name):
        return False
    # Windows drops dots and blanks at the end, and has devices in every directory.
    return not (windows and (name[-1] in ". " or _DEVICE.fullmatch(name)))
