"""The query of a request."""

from typing import Self

from pyre.framework.errors import HTTPError
from pyre.framework.limits import Limits
from pyre.framework.multi_mapping import MultiMapping
from pyre.framework.urlencoded import TooManyFieldsError, decode_fields


class Query(MultiMapping[str]):
    """The fields of a query: an immutable multi-mapping, of several values the last.

    ``/books?tag=new&tag=used``:

        request.query["tag"]  # "used"
        request.query.getall("tag")  # ["new", "used"]
        request.query.get("page", "1")  # "1"
    """

    __slots__ = ()

    @classmethod
    def parsed(cls, octets: bytes, limits: Limits) -> Self:
        """The fields that stand in what follows the ``?``.

        Raises ``HTTPError`` 400 when there are more than ``limits.fields``.
        """
        try:
            return cls(decode_fields(octets, limits.fields))
        except TooManyFieldsError:
            raise HTTPError(400, f"The query has more than {limits.fields} fields.") from None
