"""The page that shows the document: Swagger UI, whose files are beside this one.

References in it are relative, so that it works wherever a proxy or a mount has the app. Nothing
comes from elsewhere, and the page forbids it, but for what is tried out: the servers of the
document may be anywhere.
"""

from html import escape
from pathlib import Path
from posixpath import relpath
from typing import TYPE_CHECKING, Final

from pyre.framework.responses import HTMLResponse, Response

if TYPE_CHECKING:
    from pyre.framework.app import App

# That of `scripts/update_swagger_ui.py`. The path of the files has it, so they never change.
_VERSION: Final = "5.35.0"
_FILES: Final = Path(__file__).parent / "swagger_ui"

_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "connect-src *; img-src 'self' data:; script-src 'self'; style-src 'self'"
)

_HEADERS: Final = {"cache-control": "no-cache", "content-security-policy": _POLICY}

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{files}/swagger-ui.css">
</head>
<body>
<div id="ui" data-document="{document}"></div>
<script src="{files}/swagger-ui-bundle.js"></script>
<script src="{start}"></script>
</body>
</html>
"""

_START: Final = """\
"use strict";
const { document: url } = document.getElementById("ui").dataset;
SwaggerUIBundle({ dom_id: "#ui", url, deepLinking: true, validatorUrl: "none" });
"""


class UserInterface:
    """The page at ``path`` for the document at ``document``."""

    def __init__(self, title: str, path: str, document: str) -> None:
        self._path = path
        self._files = f"{path.rstrip('/')}/{_VERSION}"
        self._start = f"{path.rstrip('/')}/start.js"
        self._page = _PAGE.format(
            title=escape(title),
            document=self._reference(document),
            files=self._reference(self._files),
            start=self._reference(self._start),
        )

    def serve(self, app: "App") -> None:
        """Register the page and its files."""

        @app.endpoint(self._path)
        def docs() -> Response:
            return HTMLResponse(self._page, headers=_HEADERS)

        @app.endpoint(self._start)
        def docs_start() -> Response:
            return Response(
                _START,
                headers={"cache-control": "no-cache"},
                content_type="text/javascript; charset=utf-8",
            )

        app.static(
            self._files,
            _FILES,
            name="docs_files",
            cache_control="public, max-age=31536000, immutable",
        )

    def _reference(self, target: str) -> str:
        """A relative reference from the page, which resolves it against its folder."""
        folder = self._path.rpartition("/")[0] or "/"
        return escape(f"./{relpath(target, folder)}")
