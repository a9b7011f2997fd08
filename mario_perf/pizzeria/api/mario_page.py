"""Mario's page, the page of the API, and what they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "ui"

HEADERS = {
    # Kept, and asked for again each time: a new build shows at once, an old one costs an empty answer.
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Files(StaticFiles):
    """The page's files, with its headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or that it has not changed."""
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def add_page(app: FastAPI) -> None:
    """``/``, ``/api/docs`` and ``/ui``."""

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        """Mario's page."""
        return FileResponse(FOLDER / "index.html", headers=HEADERS)

    @app.get("/api/docs", include_in_schema=False)
    async def api_page() -> FileResponse:
        """The API, described and to try, without anything from elsewhere."""
        return FileResponse(FOLDER / "docs.html", headers=HEADERS)

    app.mount("/ui", Files(directory=FOLDER))
