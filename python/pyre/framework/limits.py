"""How much of a peer's request an application takes: each limit with its default and precedent."""

from dataclasses import dataclass, fields
from typing import Final

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what a request may make an application hold; sizes are in octets.

    What is above one is answered with 413, but for the query, which is no content, and for
    the header sections of parts: no client makes such parts, so they are malformed. Those are 400.
    They are no limits of the host, which has its own and refuses by itself.

    Raises ``ValueError`` for a limit that is negative.

        app = App(limits=Limits(multipart=2 * 1024**3))  # for films
    """

    body: int = 10 * _MIB
    """A body that is read at once: ``read``, ``text``, ``json``, a form that is urlencoded, and
    ``Part.read``. Go takes 10 MiB of a form, Litestar 10 MB of any body, axum 2 MB."""

    fields: int = 1000
    """Fields of a query, and of a form that is urlencoded; empty ones count, too. Django and PHP
    take 1000."""

    multipart: int = 128 * _MIB
    """A multipart body, with its boundaries. ASP.NET takes 128 MiB."""

    parts: int = 1000
    """Parts of a multipart body, files among them. Werkzeug and Starlette take 1000."""

    files: int = 100
    """Parts of a multipart form that are files, each of which may take a descriptor. Django takes
    100."""

    field_size: int = 1 * _MIB
    """A part of a form that is no file. Starlette takes 1 MiB."""

    form_memory: int = 4 * _MIB
    """All of a multipart form that stays in memory: of fields, more is refused; of files, the rest
    goes to disk. Werkzeug takes 500 kB for the fields, Django 2.5 MB, Go 32 MiB for all."""

    file_memory: int = 512 * _KIB
    """A file above this goes to disk. Werkzeug keeps 500 kB, Starlette 1 MiB."""

    part_header_fields: int = 8
    """Header fields of a part. RFC 7578 §4 knows three; python-multipart takes 8."""

    part_header_size: int = 4 * _KIB
    """One header field of a part, from its name to the end of its value. python-multipart takes
    4 KiB."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"the limit {field.name} must not be negative")
