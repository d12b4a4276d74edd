"""What a response asks of the application that it is an answer of."""

from typing import Protocol


class Stopping(Protocol):
    """Whether the application is being stopped: an ``asyncio.Event``, say."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...

    async def wait(self) -> object:
        """Wait until it is."""
        ...


class Application(Protocol):
    """The part of ``App`` that responses know."""

    @property
    def stopping(self) -> Stopping:
        """Set when the application is to end; event streams end with it."""
        ...

    @property
    def templates(self) -> object:
        """The ``jinja2.Environment`` of ``TemplateResponse``, or ``None``."""
        ...

    def url_for(self, endpoint: str, /, **values: object) -> str:
        """The URL of an endpoint, for templates."""
        ...
