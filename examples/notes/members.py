"""Who may do what: middleware for blueprints and endpoints."""

import asyncio

from pyre.framework import CallNext, HTTPError, Request, Response


async def members_only(request: Request, call_next: CallNext) -> Response:
    """Let those in who have signed in."""
    if "name" not in request.session:
        raise HTTPError(401, "Sign in first.", headers={"www-authenticate": "Cookie"})
    return await call_next(request)


async def admins_only(request: Request, call_next: CallNext) -> Response:
    """Let admins in, behind ``members_only``."""
    name = request.session["name"]
    person, _ = await asyncio.to_thread(request.app.state.database.person, name)
    if not person.is_admin:
        raise HTTPError(403, "This is for admins.")
    return await call_next(request)
