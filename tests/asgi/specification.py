"""What a check proves: a rule, the section that it stands in, and how binding it is.

Each test of this folder bears one ``proves``, or each row of its parameters does. Rows that share
one are the same check with other data.
"""

from enum import StrEnum
from typing import NamedTuple

import pytest

ASGI_DOCUMENTATION = "https://asgi.readthedocs.io/en/latest/"


class Level(StrEnum):
    """How binding a rule is."""

    MUST = "must"
    """The text demands it, or states it as a fact."""

    SHOULD = "should"
    """The text recommends it."""

    PRACTICE = "practice"
    """No text asks for it in so many words, but applications and frameworks rely on it."""


MUST, SHOULD, PRACTICE = Level


class Section(NamedTuple):
    """A section of a specification."""

    document: str
    name: str
    url: str


class Check(NamedTuple):
    """One row of the table in ``docs/asgi-conformance.md``."""

    section: Section
    rule: str
    level: Level


def proves(section: Section, rule: str, level: Level = MUST) -> pytest.MarkDecorator:
    """Say what a test proves: a sentence in Markdown, without its full stop."""
    return pytest.mark.proves(section, rule, level)


def check_of(item: pytest.Item) -> Check:
    """What a test proves; a test that doesn't say exactly one thing is an error."""
    marks = list(item.iter_markers("proves"))
    if len(marks) != 1:
        raise pytest.UsageError(f"{item.nodeid} proves {len(marks)} things instead of one")
    return Check(*marks[0].args)


def asgi(name: str, anchor: str) -> Section:
    return Section("ASGI", name, f"{ASGI_DOCUMENTATION}specs/main.html#{anchor}")


def http(name: str, anchor: str) -> Section:
    return Section("ASGI HTTP", name, f"{ASGI_DOCUMENTATION}specs/www.html#{anchor}")


def lifespan(name: str, anchor: str) -> Section:
    return Section("ASGI Lifespan", name, f"{ASGI_DOCUMENTATION}specs/lifespan.html#{anchor}")


def extension(name: str, anchor: str) -> Section:
    return Section("ASGI Extensions", name, f"{ASGI_DOCUMENTATION}extensions.html#{anchor}")


def rfc(number: int, section: str, name: str) -> Section:
    url = f"https://www.rfc-editor.org/rfc/rfc{number}.html#section-{section}"
    return Section(f"RFC {number}", f"§{section} {name}", url)


def python(name: str, page: str) -> Section:
    return Section("Python", name, f"https://docs.python.org/3/library/{page}")


APPLICATIONS = asgi("Applications", "applications")
CONNECTION_SCOPE = asgi("Connection Scope", "connection-scope")
ERROR_HANDLING = asgi("Error Handling", "error-handling")
EVENTS = asgi("Events", "events")
EXTENSIONS = asgi("Extensions", "extensions")

HTTP_SCOPE = http("HTTP Connection Scope", "http-connection-scope")
REQUEST = http("Request - receive event", "request-receive-event")
RESPONSE_START = http("Response Start - send event", "response-start-send-event")
RESPONSE_BODY = http("Response Body - send event", "response-body-send-event")
SEND_EXCEPTION = http("Disconnected Client - send exception", "disconnected-client-send-exception")
DISCONNECT = http("Disconnect - receive event", "disconnect-receive-event")
WSGI = http("WSGI Compatibility", "wsgi-compatibility")
WEBSOCKET_CLOSE = http("WebSocket: Close - send event", "close-send-event")

LIFESPAN_SCOPE = lifespan("Scope", "scope")
LIFESPAN_STATE = lifespan("Lifespan State", "lifespan-state")
STARTUP = lifespan("Startup - receive event", "startup-receive-event")
STARTUP_COMPLETE = lifespan("Startup Complete - send event", "startup-complete-send-event")
STARTUP_FAILED = lifespan("Startup Failed - send event", "startup-failed-send-event")
SHUTDOWN = lifespan("Shutdown - receive event", "shutdown-receive-event")
SHUTDOWN_COMPLETE = lifespan("Shutdown Complete - send event", "shutdown-complete-send-event")
SHUTDOWN_FAILED = lifespan("Shutdown Failed - send event", "shutdown-failed-send-event")

PUSH = extension("HTTP/2 Server Push", "http-2-server-push")
ZERO_COPY_SEND = extension("Zero Copy Send", "zero-copy-send")
PATH_SEND = extension("Path Send", "path-send")
EARLY_HINTS = extension("Early Hints", "early-hints")
TRAILERS = extension("HTTP Trailers", "http-trailers")
DEBUG = extension("Debug", "debug")
TLS = Section(
    "ASGI Extensions",
    "TLS: When to use this extension",
    f"{ASGI_DOCUMENTATION}specs/tls.html#when-to-use-this-extension",
)

UPGRADE = rfc(9110, "7.8", "Upgrade")
FIELD_NAMES = rfc(9110, "5.1", "Field Names")
FIELD_VALUES = rfc(9110, "5.5", "Field Values")
DATE = rfc(9110, "6.6.1", "Date")
CONTENT_LENGTH = rfc(9110, "8.6", "Content-Length")
METHODS = rfc(9110, "9.1", "Methods")
HEAD = rfc(9110, "9.3.2", "HEAD")
EXPECT = rfc(9110, "10.1.1", "Expect")
SERVER = rfc(9110, "10.2.4", "Server")
STATUS_CODES = rfc(9110, "15", "Status Codes")
INTERIM_RESPONSES = rfc(9110, "15.2", "Informational 1xx")
NOT_MODIFIED = rfc(9110, "15.4.5", "304 Not Modified")
SERVER_ERROR = rfc(9110, "15.6.1", "500 Internal Server Error")

ABSOLUTE_FORM = rfc(9112, "3.2.2", "absolute-form")
TRANSFER_ENCODING = rfc(9112, "6.1", "Transfer-Encoding")
MESSAGE_BODY_LENGTH = rfc(9112, "6.3", "Message Body Length")
CHUNK_EXTENSIONS = rfc(9112, "7.1.1", "Chunk Extensions")
CHUNKED_TRAILERS = rfc(9112, "7.1.2", "Chunked Trailer Section")
INCOMPLETE_MESSAGES = rfc(9112, "8", "Handling Incomplete Messages")
PERSISTENCE = rfc(9112, "9.3", "Persistence")
PIPELINING = rfc(9112, "9.3.2", "Pipelining")
CONNECTION_CLOSE = rfc(9112, "9.6", "Tear-down")

GRACEFUL = lifespan("Stopping", "shutdown-receive-event")
ASYNCIO_TASKS = python("asyncio: Tasks", "asyncio-task.html")
ASYNCIO_THREADS = python("asyncio: Concurrency and multithreading", "asyncio-dev.html")
CONTEXT_VARIABLES = python("contextvars: asyncio support", "contextvars.html#asyncio-support")

# The order of the table.
SECTIONS = [section for section in list(globals().values()) if isinstance(section, Section)]
