"""The PSGI applications of this folder as ASGI applications.

``psgi_hosted:to_asgi__MODULE__NAME`` is the application ``NAME`` of ``MODULE``.
"""

import importlib
from typing import Any

from pyre import psgi


def round_trip(app: Any) -> object:
    """There, back, and there again: whatever an adapter loses shows."""
    return psgi.to_asgi(psgi.from_asgi(psgi.to_asgi(app)))


ADAPTERS = {"to_asgi": psgi.to_asgi, "round_trip": round_trip}


def __getattr__(name: str) -> object:
    adapter, _, place = name.partition("__")
    if adapter not in ADAPTERS:
        raise AttributeError(name)
    module, _, attribute = place.partition("__")
    return ADAPTERS[adapter](getattr(importlib.import_module(module), attribute))
