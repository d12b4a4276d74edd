"""ASGI applications on a host of PSGI: the parts of ``from_asgi``.

- ``scope`` is what the application is told of a request.
- ``http`` runs it for a request; ``receiving`` is its ``receive``, ``sending`` its ``send``.
- ``handover`` is the stream between the application's task and that of the request.
- ``websocket`` runs it for a WebSocket handshake.
- ``lifespan`` runs it from the start of the host to its end.
- ``guest`` is the application of PSGI: it says which of them answers what.
"""
