"""The two servers of the fan-out bench: `python -m bench.servers site` and `python -m bench.servers bare`, on PORT."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from redis.asyncio import Redis

COUNT = "/bench/requests"  # where the site tells how many HTTP requests it has had


def site() -> Callable:
    """The real application, which besides counts its HTTP requests."""
    from mechanichub.asgi import application  # noqa: PLC0415 (the bare server is to be without Django)

    requests = 0

    async def counting(scope: dict, receive: Callable, send: Callable) -> None:
        nonlocal requests
        if scope["type"] == "http" and scope["path"] == COUNT:
            await _say(str(requests), send)
            return
        requests += scope["type"] == "http"
        await application(scope, receive, send)

    return counting


def bare() -> Callable:
    """The least that a server can do: everything from one channel of Valkey goes to every socket."""
    sockets: set[Callable] = set()

    async def listen() -> None:
        async with Redis.from_url(os.environ["CHANNELS_URL"]).pubsub() as channel:
            await channel.subscribe("bench")
            async for message in channel.listen():
                if message["type"] == "message":
                    text = message["data"].decode()
                    for send in tuple(sockets):
                        await send({"type": "websocket.send", "text": text})

    async def application(scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, listen)
            return
        if scope["type"] == "http":
            await _say("0", send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        sockets.add(send)
        await send({"type": "websocket.send", "text": "hello"})
        with suppress(OSError):
            while (await receive())["type"] != "websocket.disconnect":
                pass
        sockets.discard(send)

    return application


async def _lifespan(receive: Callable, send: Callable, background: Callable) -> None:
    await receive()
    task = asyncio.create_task(background())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    await send({"type": "lifespan.shutdown.complete"})


async def _say(text: str, send: Callable) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(text))]})
    await send({"type": "http.response.body", "body": text.encode()})


if __name__ == "__main__":
    application = {"site": site, "bare": bare}[sys.argv[1]]()
    uvicorn.run(
        application,
        port=int(os.environ["PORT"]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # listeners are too simple to answer
        log_level="warning",
        timeout_graceful_shutdown=2,
    )
