"""Which addresses may be posted to: those of the public internet, and never one of a network that this server alone can reach.

An address is looked at twice: as text when it is typed, and as what its name resolves to each time before something is sent. The
connection then goes to exactly the addresses that were looked at, so a name that resolves otherwise a moment later changes nothing.
"""

import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

STANDARD_PORTS = {"https": 443, "http": 80}
LOWEST_PORT = 1024  # below it are mail, name servers and the like, and nobody's receiver

# What carries an IPv4 address inside, or leads through a tunnel: NAT64, Teredo, 6to4. Nobody's receiver lives there.
DETOURS = [IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")]
GLOBAL_UNICAST = IPv6Network("2000::/3")


class NotAllowed(Exception):
    """Nothing is posted to this address. The text is a sentence for its owner."""


@dataclass(frozen=True)
class Target:
    """An address, taken apart.

    Args:
        host: as in a certificate: a name in ASCII, or an IP address without brackets.
        path: what is asked for there, with its query.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == STANDARD_PORTS[self.scheme] else f"{host}:{self.port}"


def parse(url: str, *, local: bool = False) -> Target:
    """Takes an address apart; what is not in ASCII is written as a browser would write it.

    Args:
        local: http, any port and this very machine are allowed as well (settings.WEBHOOKS_LOCAL).

    Raises:
        NotAllowed
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, _in_ascii(parts.hostname or "")
    except ValueError:  # UnicodeError is one of them
        raise NotAllowed(_("This is not the address of a page."))
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise NotAllowed(_("The address has to begin with https://."))
    if not host or "@" in parts.netloc or parts.fragment or not url.isprintable() or " " in url:
        raise NotAllowed(_("This is not the address of a page."))
    if port is not None and port < LOWEST_PORT and port != STANDARD_PORTS["https"] and not local:
        raise NotAllowed(_("The port has to be 443, or 1024 and above."))
    _refuse_number_of_a_network(host, local)
    path = iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return Target(parts.scheme, host, STANDARD_PORTS[parts.scheme] if port is None else port, path)


def addresses(target: Target, *, local: bool = False, seconds: float = 5) -> list[str]:
    """The IP addresses behind a target, all of them public.

    Args:
        local: the addresses of this very machine are allowed as well.
        seconds: the name servers have for their answer; whoever runs them could keep it for long.

    Raises:
        NotAllowed: one of them is not public.
        OSError: the name does not resolve, or not in time.
    """
    found = _resolve(target, seconds)
    if not all(_may_be_asked(address, local) for address in found):
        raise NotAllowed(_inside(target.host))
    return found


def is_public(address: str) -> bool:
    """True for what anybody on the internet can reach."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in GLOBAL_UNICAST or any(ip in net for net in DETOURS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _may_be_asked(address: str, local: bool) -> bool:
    return is_public(address) or (local and ip_address(address.partition("%")[0]).is_loopback)


def _inside(host: str) -> str:
    return _("%(host)s is inside of a network, and not on the public internet.") % {"host": host}


def _refuse_number_of_a_network(host: str, local: bool) -> None:
    """What can be said without asking a name server is said when the address is typed."""
    with suppress(ValueError):  # it is a name
        if not _may_be_asked(str(ip_address(host)), local):
            raise NotAllowed(_inside(host))


def _in_ascii(host: str) -> str:
    return host if ":" in host else host.encode("idna").decode("ascii")


def _resolve(target: Target, seconds: float) -> list[str]:
    asking = ThreadPoolExecutor(1, thread_name_prefix="name")
    try:
        answer = asking.submit(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM).result(seconds)
    except TooSlow:
        raise OSError(_("the name servers did not answer in time"))
    except UnicodeError as nonsense:
        raise OSError(str(nonsense))
    finally:
        asking.shutdown(wait=False)
    return list(dict.fromkeys(str(place[0]) for *_kind, place in answer))
