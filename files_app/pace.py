"""How much may be sent in an hour before there is a session. A session has a limit of its own; of bundles anybody can open any number.

Counted by account, for a visitor by address: enough for all who sit behind one router, too little to fill the storage. Two that are
counted in the same moment may count as one, which nobody gains much by.
"""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from files_app.limits import MB
from mechanichub.errors import TooOften

HOUR = 3600  # seconds
MOST_FILES = 100  # of one sender in an hour
MOST_BYTES = 2000 * MB
PREFIX_V6 = 64  # bits: what one household has


def keep(request: HttpRequest, *sizes: int) -> None:
    """Counts files of these sizes (bytes), or refuses all of them.

    Raises:
        TooOften: with them it would be more than one sender may send in an hour.
    """
    key = f"intake-files:{sender(request)}:{int(time.time() // HOUR)}"
    files, size = cache.get(key, (0, 0))
    files, size = files + len(sizes), size + sum(sizes)
    if files > MOST_FILES or size > MOST_BYTES:
        raise TooOften(
            _("Many files were sent from here in the last hour. Please send this one later, or when your request is on its way.")
        )
    cache.set(key, (files, size), HOUR)


def sender(request: HttpRequest) -> str:
    """The account, or the address that our own proxy saw, of IPv6 the part that one household has."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    address = ip_address(get_adapter(request).get_client_ip(request))
    return str(ip_network((address, PREFIX_V6), strict=False)) if isinstance(address, IPv6Address) else str(address)
