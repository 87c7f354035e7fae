"""Which sites may open our sockets.

A browser sends its cookies along with a socket whoever's page opens it, and no same-origin rule stops it: the `Origin` header
is the only thing that tells our pages from others (RFC 6455 10.2). So it must be there and be one of a list, exactly.
"""

from collections.abc import Awaitable, Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings

ASGIApplication = Callable[[dict, Callable, Callable], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def allowed_origins() -> frozenset[str]:
    """The site's own origin and those it trusts with forms; a site on this machine goes by all the machine's names for itself."""
    return _allowed_origins(settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS)


@cache
def _allowed_origins(*addresses: str) -> frozenset[str]:
    return frozenset(origin for address in addresses for origin in _names_of(address.rstrip("/").lower()))


def _names_of(origin: str) -> list[str]:
    site = urlsplit(origin)
    if site.hostname not in LOOPBACK:
        return [origin]
    port = f":{site.port}" if site.port else ""
    return [f"{site.scheme}://{f'[{name}]' if ':' in name else name}{port}" for name in LOOPBACK]


def only_from_our_pages(application: ASGIApplication) -> ASGIApplication:
    """Refuses (403, before the handshake) a socket whose Origin is absent, doubled, `null` or foreign."""

    async def guarded(scope: dict, receive: Callable, send: Callable) -> None:
        origins = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"origin"]
        if len(origins) == 1 and origins[0] in allowed_origins():
            await application(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    return guarded
