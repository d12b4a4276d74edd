"""A host of PSGI applications on any ASGI server: the parts of ``to_asgi``."""
