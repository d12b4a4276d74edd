"""OpenAPI 3.1 from the signatures of endpoints, and a page to read it and to try it out.

The document says what the framework does by itself: how arguments are bound, what is answered for
the annotated result, which errors there are. What nobody can read from a signature, ``edit`` adds.
"""

from pyre.framework.openapi.description import Edit, OpenAPI
from pyre.framework.openapi.document import Info

__all__ = ["Edit", "Info", "OpenAPI"]
