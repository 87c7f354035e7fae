"""The socket that visitors knock at."""

import errno
import os
import socket

from mechanichub.embedded import CannotStart


def open_door() -> socket.socket:
    """A socket that listens on HOST (127.0.0.1) and PORT (8000). Who knocks before a server is there waits for it.

    Raises:
        CannotStart: the port is no port, is taken, or is not ours to take.
    """
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        door = socket.socket(family, kind, protocol)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(2048)
    except OSError as error:
        raise CannotStart(_why(error, host, port))
    return door


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise CannotStart(f"PORT is {given!r}, which is no port: choose a number from 1 to 65535.")
    return int(given)


def _why(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is taken by another program. Choose another one, for example: PORT={port + 1} make run"
        case errno.EACCES:
            return f"Port {port} is reserved for root. Choose one above 1023, for example: PORT=8000 make run"
        case _:
            return f"HOST {host} with PORT {port} cannot be listened on: {error.strerror}."
