"""A host of PSGI applications on any ASGI server: the parts of ``to_asgi``.

- ``serving`` calls the application and sends its response: the way of an exchange.
- ``request`` is what the application gets, ``exchange`` what it may do with it, and when.
- ``incoming`` hears ``receive``: the ``request_body``, or the messages of a ``websocket``.
- ``outgoing`` speaks to ``send``: the ``head`` of a response, and then its ``contents``, which are
  ``octets``, a ``stream`` or a ``file_content``.
- ``handshake`` is the exchange that may become a WebSocket.
- ``host`` is the application of ASGI: it says which of them serves what.
"""
