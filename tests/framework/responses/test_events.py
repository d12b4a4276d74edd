"""Server-sent events (WHATWG HTML §9.2)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyre.framework.responses import Event, EventStream

from framework.responses.exchange import App, Delivery, Request, run


@dataclass
class Parser:
    """The algorithm of §9.2.6, step by step, as naive as it stands there."""

    last_event_id: str = ""
    reconnection_time: int | None = None
    events: list[tuple[str, str, str]] = field(default_factory=list)
    data: str = ""
    event_type: str = ""
    id_buffer: str = ""

    def parse(self, octets: bytes) -> "Parser":
        text = octets.decode("utf-8", errors="replace").removeprefix("\ufeff")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        # What follows the last line end is incomplete, and dropped.
        for line in text.split("\n")[:-1]:
            self.process_line(line)
        return self

    def process_line(self, line: str) -> None:
        if not line:
            self.dispatch()
        elif ":" in line:
            name, _, value = line.partition(":")
            self.process_field(name, value.removeprefix(" "))
        else:
            self.process_field(line, "")

    def process_field(self, name: str, value: str) -> None:
        if name == "event":
            self.event_type = value
        elif name == "data":
            self.data += value + "\n"
        elif name == "id" and "\0" not in value:
            self.id_buffer = value
        elif name == "retry" and value and all(digit in "0123456789" for digit in value):
            self.reconnection_time = int(value)

    def dispatch(self) -> None:
        self.last_event_id = self.id_buffer
        if self.data:
            data = self.data.removesuffix("\n")
            self.events.append((self.event_type or "message", data, self.last_event_id))
        self.data = self.event_type = ""


async def source_of(*items: object) -> AsyncIterator[object]:
    for item in items:
        yield item


def stream(*items: object, **options: Any) -> bytes:
    """What is sent for these items."""
    contents: list[bytes] = []

    async def send() -> None:
        response = EventStream(source_of(*items), **options)
        contents.append(await Delivery(response.to_psgi(App(), Request())).end())

    run(send())
    return contents[0]


def parsed(*items: object) -> list[tuple[str, str, str]]:
    return Parser().parse(stream(*items)).events


@pytest.mark.parametrize(
    ("item", "octets"),
    [
        ("a", b"data: a\n\n"),
        ("", b"data: \n\n"),
        (" a ", b"data:  a \n\n"),
        ("a\nb\r\nc\rd", b"data: a\ndata: b\ndata: c\ndata: d\n\n"),
        ("a\n", b"data: a\ndata: \n\n"),
        ("é\0", b"data: \xc3\xa9\0\n\n"),
        ({"a": "é\n"}, b'data: {"a":"\xc3\xa9\\n"}\n\n'),
        (5, b"data: 5\n\n"),
        (None, b"data: null\n\n"),
        (Event("a"), b"data: a\n\n"),
        (Event([1]), b"data: [1]\n\n"),
        (
            Event("a", event="tick", id="7", retry=3000),
            b"event: tick\nid: 7\nretry: 3000\ndata: a\n\n",
        ),
        (Event("a", id=""), b"id: \ndata: a\n\n"),
    ],
)
def test_events(item: object, octets: bytes) -> None:
    assert stream(item) == b":\n\n" + octets


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        *(({"event": text}, ValueError) for text in ("a\n", "a\rb", "\r\n")),
        *(({"id": text}, ValueError) for text in ("a\n", "a\rb", "a\0")),
        ({"retry": -1}, ValueError),
        ({"event": 5}, TypeError),
        ({"id": 5}, TypeError),
        ({"retry": "5"}, TypeError),
        ({"retry": True}, TypeError),
        ({"retry": 1.5}, TypeError),
    ],
)
def test_what_a_browser_would_misread(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(fields))):
        Event("a", **fields)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.text(
    st.sampled_from("a:\r\n\0\ufeff \u2028\x85"), max_size=6
)


@given(st.lists(st.tuples(texts, st.none() | texts, st.none() | texts, st.none() | st.integers(0))))
def test_what_is_written_is_read_back(
    fields: list[tuple[str, str | None, str | None, int | None]],
) -> None:
    items: list[Event] = []
    expected: list[tuple[str, str, str]] = []
    last_id, last_retry = "", None
    for data, event, identifier, retry in fields:
        try:
            items.append(Event(data, event, identifier, retry))
        except ValueError:
            assert set((event or "") + (identifier or "")) & set("\r\n\0")
            continue
        last_id = last_id if identifier is None else identifier
        last_retry = last_retry if retry is None else retry
        normalised = data.replace("\r\n", "\n").replace("\r", "\n")
        expected.append((event or "message", normalised, last_id))
    parser = Parser().parse(b":\n\n" + b"".join(item.encoded() for item in items))
    assert parser.events == expected
    assert parser.last_event_id == last_id
    assert parser.reconnection_time == last_retry


def test_several_events() -> None:
    assert parsed("a", Event("b", id="1"), Event("c", event="x")) == [
        *(("message", "a", ""), ("message", "b", "1"), ("x", "c", "1"))
    ]


def test_what_can_not_be_encoded_breaks_the_stream_off() -> None:
    with pytest.raises(TypeError, match="object"):
        stream(object())
    with pytest.raises(ValueError, match="surrogates"):
        stream("\ud800")


def test_the_head() -> None:
    response = EventStream(source_of(), status=201, headers={"x-a": "1", "cache-control": "x"})
    assert response.status == 201
    assert response.headers.lines == [
        *(("x-a", "1"), ("cache-control", "x")),
        *(("content-type", "text/event-stream"), ("x-accel-buffering", "no")),
    ]
    assert EventStream(source_of()).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("ping", [0, -1, float("nan")])
def test_a_ping_that_is_no_time(ping: float) -> None:
    with pytest.raises(ValueError, match="ping"):
        EventStream(source_of(), ping=ping)


async def slow(*pauses: float) -> AsyncIterator[str]:
    for pause in pauses:
        await asyncio.sleep(pause)
        yield f"after {pause}"


def sent_by(source: AsyncIterator[object], ping: float | None) -> list[bytes]:
    """The pieces, by a clock of the test."""
    pieces: list[bytes] = []

    async def send() -> None:
        delivery = Delivery(EventStream(source, ping=ping).to_psgi(App(), Request()))
        await delivery.end()
        pieces.extend(delivery.pieces)

    run(send())
    return pieces


COMMENT = b":\n\n"


def test_a_source_that_is_silent_is_made_up_for() -> None:
    assert sent_by(slow(35), ping=10) == [COMMENT] * 4 + [b"data: after 35\n\n"]


def test_pings_come_after_silence_only() -> None:
    assert sent_by(slow(9, 9, 9, 11), ping=10) == [
        COMMENT,
        *[b"data: after 9\n\n"] * 3,
        COMMENT,
        b"data: after 11\n\n",
    ]


def test_without_pings() -> None:
    assert sent_by(slow(1000), ping=None) == [COMMENT, b"data: after 1000\n\n"]


def test_no_ping_is_sent_to_a_peer_that_does_not_read() -> None:
    async def test() -> None:
        response = EventStream(slow(5, 5), ping=10).to_psgi(App(), Request())
        delivery = Delivery(response, takes=2)
        await asyncio.sleep(100)
        assert delivery.pieces == [COMMENT, b"data: after 5\n\n"]
        delivery.reads_again.set()
        await delivery.end()
        assert delivery.pieces[2:] == [b"data: after 5\n\n"]

    run(test())


def test_an_event_that_comes_while_a_ping_is_sent() -> None:
    async def test() -> None:
        response = EventStream(slow(15, 5, 1), ping=10).to_psgi(App(), Request())
        delivery = Delivery(response, takes=2)  # the comment, and a ping
        await asyncio.sleep(100)
        delivery.reads_again.set()
        await delivery.end()
        assert delivery.pieces == [
            *(COMMENT, COMMENT),
            *(b"data: after 15\n\n", b"data: after 5\n\n", b"data: after 1\n\n"),
        ]

    run(test())


def test_the_timer_ends_with_the_stream() -> None:
    async def test() -> None:
        delivery = Delivery(EventStream(slow(1000)).to_psgi(App(), Request()))
        await delivery.until(lambda each: len(each.pieces) == 1)
        await delivery.leave()
        await asyncio.Event().wait()

    with pytest.raises(AssertionError, match="never comes"):
        run(test())
