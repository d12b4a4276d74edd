"""Pages from templates of Jinja."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pyre import psgi
from pyre.framework.responses.response import Response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import jinja2

    from pyre.framework.responses.application import Application


def template_environment(directory: str | PathLike[str]) -> jinja2.Environment:
    """What finds templates in a directory, and escapes what is put into them.

    Only what is put into ``*.txt`` is not escaped. Raises ``ImportError`` without Jinja.
    """
    try:
        import jinja2  # noqa: PLC0415 - only who has templates needs it
    except ModuleNotFoundError:
        raise ImportError(
            "templates need Jinja, which is not installed: pip install jinja2"
        ) from None
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(directory),
        autoescape=jinja2.select_autoescape(
            enabled_extensions=(), disabled_extensions=("txt",), default=True
        ),
    )


class TemplateResponse(Response):
    """A template of ``App(templates=…)``, rendered when every middleware has seen the response.

    ``context`` is what the template can name; beside it, there are ``app``, ``request`` (that of
    the host, unless ``context`` has another) and ``url_for``. What rendering raises is the
    application's error; sending raises ``RuntimeError`` if the application has no templates.

        TemplateResponse("book.html", {"book": book})
    """

    __slots__ = ("context", "template")

    def __init__(
        self,
        template: str,
        context: Mapping[str, object] = {},
        *,
        status: int = 200,
        headers: psgi.HeaderFields = (),
        content_type: str = "text/html; charset=utf-8",
    ) -> None:
        super().__init__(status=status, headers=headers)
        self.headers.setdefault("content-type", content_type)
        self.template = template
        self.context: dict[str, Any] = dict(context)

    def to_psgi(self, app: Application, request: psgi.Request) -> psgi.Response:
        """The page."""
        environment = _environment(app)
        context = {"app": app, "request": request, "url_for": app.url_for, **self.context}
        page = environment.get_template(self.template).render(context)
        return psgi.Response(self.status, self.lines, page)


def _environment(app: Application) -> jinja2.Environment:
    if app.templates is None:
        raise RuntimeError('the application has no templates: App(templates="folder") has')
    return cast("jinja2.Environment", app.templates)
