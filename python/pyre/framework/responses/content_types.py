"""The content type of a file, by its name.

The table of the standard library without what the system adds: a type must not depend on where
the application runs.
"""

import mimetypes
from os import PathLike, fspath
from typing import Final

from pyre.framework.responses.encoding import OCTETS

_NEW: Final = {
    ".avif": "image/avif",
    ".js": "text/javascript",  # RFC 9239; elsewhere in older versions of Python
    ".mjs": "text/javascript",
    ".json5": "application/json5",
    ".map": "application/json",
    ".md": "text/markdown",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""What some of the supported versions of Python lack."""

_COMPRESSED: Final = {
    "bzip2": "application/x-bzip2",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
    "zstd": "application/zstd",
}
"""Types of compressed files: it is the file that is sent, and not what is in it."""


def _table() -> mimetypes.MimeTypes:
    table = mimetypes.MimeTypes()
    for extension, content_type in _NEW.items():
        table.add_type(content_type, extension)
    table.encodings_map = {**table.encodings_map, ".zst": "zstd"}
    return table


_TABLE: Final = _table()


def guessed_content_type(path: str | PathLike[str]) -> str:
    """The content type that the name suggests, ``application/octet-stream`` if it suggests none.

    Text is taken for UTF-8.
    """
    # A name that looks like a URL would be read as one.
    name = fspath(path).replace("\\", "/").rpartition("/")[2].replace(":", "_")
    content_type, encoding = _TABLE.guess_type(name)
    if encoding is not None:
        return _COMPRESSED.get(encoding, OCTETS)
    if content_type is None:
        return OCTETS
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type
