"""How often somebody may call: each person, and each address of those who are not signed in (settings.API_LIMITS).

Counted in the memory of the process: no round trip, nothing that may be down, and a client that hammers is refused before it costs a
query more. N processes let through up to N times as much; it is a fence, and no bill.
"""

import threading
import time
from collections import OrderedDict
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

REMEMBERED = 20_000  # callers; whoever came longest ago is forgotten first


class Buckets:
    """A leaky bucket for each caller: so many at once, so many a minute in the long run."""

    def __init__(self) -> None:
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str, *, at_once: int, a_minute: int) -> float:
        """Takes one; the seconds until there is one again, 0 when there was."""
        each, now = 60 / a_minute, time.monotonic()
        with self._lock:
            full_at = max(self._full_at.get(caller, 0), now) + each
            if (over := full_at - now - at_once * each) > 0:
                return over
            self._full_at[caller] = full_at
            self._full_at.move_to_end(caller)
            while len(self._full_at) > REMEMBERED:
                self._full_at.popitem(last=False)
        return 0

    def clear(self) -> None:
        with self._lock:
            self._full_at.clear()


BUCKETS = Buckets()


class Fair(BaseThrottle):
    """The fence for all endpoints."""

    over = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        signed_in = request.user.is_authenticated
        caller = f"person {request.user.pk}" if signed_in else f"address {get_adapter().get_client_ip(request._request)}"
        limits = settings.API_LIMITS["person" if signed_in else "address"]
        self.over = BUCKETS.take(caller, **limits)
        return not self.over

    def wait(self) -> float:
        return self.over
