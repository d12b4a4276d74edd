"""ASGI applications on a host of PSGI: the parts of ``from_asgi``."""
