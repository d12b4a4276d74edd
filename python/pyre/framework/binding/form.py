"""The form of a request that may have none."""

from typing import Final

from pyre.framework.binding.interface import Form, Request, Upload


async def read_form(request: Request) -> Form:
    """The form; an empty one for a request without content and without a content type.

    Raises ``HTTPError`` for content that is no form.
    """
    if "content-type" not in request.headers and not await request.body.read():
        return _NO_FORM
    return await request.body.form()


class _NoForm:
    def get(self, name: str, /) -> str | Upload | None:  # noqa: ARG002 - none has a value
        return None

    def getall(self, name: str, /) -> list[str | Upload]:  # noqa: ARG002 - none has a value
        return []


_NO_FORM: Final = _NoForm()
