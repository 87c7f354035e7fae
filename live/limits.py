"""What one socket and one person may ask of the server, how long things may take, and what a socket is closed with."""

import time
from enum import IntEnum

FRAME_BYTES = 64 * 1024  # largest text frame; uvicorn enforces the same (mechanichub/serve.py)
FRAMES_PER_SECOND = 10
FRAMES_AT_ONCE = 20
SOCKETS_PER_PERSON = 5  # in one process

BEAT_EVERY = 5  # seconds; a browser that hears nothing for 12 s takes the connection for dead
LOOK_EVERY = 30  # seconds between two looks at the rights of a quiet socket
TAKE_WITHIN = 10  # seconds; a socket that takes longer over one text does not read
TEXTS_WAITING = 100  # for one slow socket


class Close(IntEnum):
    """Below 4000: RFC 6455 7.4.1. From 4000: the HTTP status of the same meaning plus 4000."""

    NOT_TEXT = 1003
    NONSENSE = 1008
    TOO_BIG = 1009
    TRY_LATER = 1013
    SIGN_IN = 4401
    NOT_YOURS = 4403
    TOO_MANY = 4429


class Rate:
    """A token bucket: `burst` tokens at once, `per_second` in the long run."""

    __slots__ = ("_burst", "_full_at", "_per_second")

    def __init__(self, per_second: float = FRAMES_PER_SECOND, burst: int = FRAMES_AT_ONCE) -> None:
        self._per_second, self._burst = per_second, burst
        self._full_at = 0.0

    def take(self) -> bool:
        """Takes one token; False when there is none left."""
        now = time.monotonic()
        full_at = max(self._full_at, now) + 1 / self._per_second
        if full_at - now > self._burst / self._per_second:
            return False
        self._full_at = full_at
        return True


class Seldom:
    """Lets a log line through once a minute: an outage is news once, not for each of thousands of sockets."""

    def __init__(self, seconds: float = 60) -> None:
        self._seconds, self._next = seconds, 0.0

    def __bool__(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True
