"""The case table: requests as raw bytes, and what the RFCs allow a server to do with each.

A case has these fields:

- ``raw``: the bytes, as latin-1 text or a list of text and ``[text, times]``
- ``send``: ``"bytewise"`` when the bytes have to be sent one by one
- ``half_close``: whether the client ends its side after them
- ``expect``: what may come first: a status, a class such as ``"2xx"``, ``"close"``, ``"h2"``,
  ``"100"``, or ``"final"`` for any status but 100
- ``alt``: seen in the field and safe, but not what the RFC asks for
- ``close``: whether the server has to close the connection: ``"yes"``, ``"no"``, or ``"any"``
- ``max_responses``: more of them mean that a request was smuggled in
- ``if_2xx``: what the application must have seen, when it was called
- ``level``, ``rfc``, ``note``: how strong the requirement is, where it stands, and what it is about
"""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One request, or what looks like one."""

    id: str
    cat: str
    raw: str | list[Any]
    send: Literal["all", "bytewise"]
    half_close: bool
    expect: list[str]
    alt: list[str]
    close: Literal["yes", "no", "any"]
    max_responses: int
    if_2xx: dict[str, Any]
    level: Literal["MUST", "SHOULD", "MAY"]
    rfc: str
    note: str

    @property
    def payload(self) -> bytes:
        parts = [self.raw] if isinstance(self.raw, str) else self.raw
        text = "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts)
        return text.encode("latin-1")

    @property
    def method(self) -> bytes:
        return self.payload.lstrip(b"\r\n ").split(b" ")[0][:10]


def load_cases() -> list[Case]:
    return [Case(**fields) for fields in json.loads((FOLDER / "h1.json").read_text("utf-8"))]


def load_accepted() -> dict[str, str]:
    """The cases whose ``alt`` outcome is accepted, and why."""
    return tomllib.loads((FOLDER / "accepted.toml").read_text("utf-8"))
