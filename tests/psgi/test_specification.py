"""The examples of the specification, and of the guide to it, do what is said there."""

import pytest
from apps.documents import PSGI
from support.client import Response
from support.exchanges import Exchange, compared, exchanges
from support.server import Server

from psgi.hosts import Host

APP = "psgi_specification:app"

EXCHANGES = [exchange for document in PSGI for exchange in exchanges(document)]


def fields(pairs: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode("latin-1")) for name, value in pairs]


def exchanged(server: Server, exchange: Exchange) -> Response:
    with server.connect() as connection:
        connection.send(exchange.octets(("example", str(EXCHANGES.index(exchange)))))
        return connection.read_response(exchange.method)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.place)
def test_example(server: Server, host: Host, exchange: Exchange) -> None:
    response = exchanged(server, exchange)
    content, trailers = exchange.response.split_trailers()
    assert response.status == exchange.response.status
    assert compared(fields(response.headers)) == compared(exchange.response.fields)
    assert response.body.decode().rstrip("\n") == content
    if "trailers" in host.capabilities:
        assert fields(response.trailers) == trailers
    if "informational" in host.capabilities:
        assert response.interim == [interim.status for interim in exchange.interim]
