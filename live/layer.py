"""The channel layer: `channels_redis.pubsub`, with the two things that live updates need besides.

- Every wait has a limit. The stock connection waits for ever for a server that accepts and then says nothing, and repeats a
  failed command ten times; here a call succeeds or fails within about a second.
- It counts its connections. redis-py connects again and re-subscribes without a word, but what was published in between is
  lost (pub/sub is at most once), so whoever listens must know that there was a gap.
"""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.asyncio import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

# What a call to the layer raises when the server is not there. TimeoutError is an OSError.
LayerError = (RedisError, OSError)

LIMITS = {"socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1)}  # seconds


class ChannelLayer(RedisPubSubChannelLayer):
    """Args: `hosts`: a list with the address of one Valkey or Redis server, e.g. "redis://127.0.0.1:6379/0"."""

    def __init__(self, hosts: list[str], **options: Any) -> None:
        self._connects: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()  # a loop may be short-lived
        super().__init__(hosts=[LIMITS | {"address": host, "redis_connect_func": self._connected} for host in hosts], **options)

    async def _connected(self, connection: Connection) -> None:
        await connection.on_connect()
        self._connects[asyncio.get_running_loop()] = self.connects() + 1

    def connects(self) -> int:
        """How many connections this event loop has made so far; a higher number than before means that messages may be missing."""
        return self._connects.get(asyncio.get_running_loop(), 0)
