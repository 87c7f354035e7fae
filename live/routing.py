"""The addresses of the sockets. Anything else is refused like a foreign origin, before the handshake."""

from collections.abc import Callable

from channels.routing import URLRouter
from django.urls import path, re_path

from live.consumers import CustomerSocket, MechanicSocket, SessionSocket
from live.origin import only_from_our_pages


async def nowhere(scope: dict, receive: Callable, send: Callable) -> None:
    await send({"type": "websocket.close"})


sockets = only_from_our_pages(
    URLRouter(
        [
            path("ws/mechanic/", MechanicSocket.as_asgi()),
            path("ws/customer/", CustomerSocket.as_asgi()),
            path("ws/session/<uuid:pk>/", SessionSocket.as_asgi()),
            re_path("", nowhere),
        ]
    )
)
