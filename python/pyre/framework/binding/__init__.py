"""From the signature of an endpoint to its arguments.

Signatures are read once, at registration: what can't be bound is an error there, with file and
line. What a peer sends that does not fit is an ``HTTPError`` that lists every field.

A parameter without a default is required, as in Python: ``int | None`` alone, too. ``None`` is what
a default may be, or the ``null`` of a JSON body; no text becomes ``None``.
"""

from pyre.framework.binding.bound import Bound
from pyre.framework.binding.markers import Body, Cookie, Form, Header, Query
from pyre.framework.binding.plan import Plan, plan

__all__ = ["Body", "Bound", "Cookie", "Form", "Header", "Plan", "Query", "plan"]
