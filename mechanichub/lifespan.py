"""The ASGI lifespan: what a server asks before it opens its doors, and what runs as long as they are open."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from live.hub import Hub
from mechanichub.checks import refuse_stale_schema

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def lifespan(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answers `lifespan.startup` with the reason when the database is not as new as the code; uvicorn then ends with code 3.

    While it runs, `scope["state"]["hub"]` carries live updates. uvicorn closes the sockets (1012) before it asks for the end.
    """
    await receive()
    try:
        await asyncio.to_thread(refuse_stale_schema)
    except ImproperlyConfigured as reason:
        await send({"type": "lifespan.startup.failed", "message": str(reason)})
        return
    async with Hub().running() as hub:
        scope["state"]["hub"] = hub
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
