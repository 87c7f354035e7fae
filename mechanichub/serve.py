"""One web process: pages and sockets, served by uvicorn. `python -m mechanichub.serve` listens on HOST and PORT.

    --fd NUMBER    serve an open, listening socket instead (`make run` shares one among its web processes)

It says in one sentence why it does not start, and ends with a code other than zero.
"""

import argparse
import logging
import socket
import sys

import environ
import uvicorn
from django.core.exceptions import ImproperlyConfigured

from mechanichub.embedded import CannotStart
from mechanichub.embedded.doors import open_door
from mechanichub.heads import HeadsWithLimits

env = environ.Env()

LARGEST_FRAME = 65_536  # bytes that a stranger can make us keep with one message
PATIENCE = 5  # seconds for running requests when the server is asked to end


def main() -> None:
    arguments = _arguments()
    config = uvicorn.Config(
        "mechanichub.asgi:application",
        http=HeadsWithLimits,
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,  # it costs 45 KB a socket and half of the rate
        lifespan="on",
        access_log=env.bool("ACCESS_LOG", False),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
        proxy_headers=env.bool("BEHIND_PROXY", False),  # otherwise anybody could choose his address
    )
    try:
        config.load()
        door = socket.socket(fileno=arguments.fd) if arguments.fd else open_door()
    except (ImproperlyConfigured, CannotStart) as reason:
        sys.exit(f"MechanicHub does not start: {reason}")
    logging.getLogger("uvicorn.error").addFilter(_is_our_fault)
    uvicorn.Server(config).run(sockets=[door])


def _is_our_fault(record: logging.LogRecord) -> bool:
    """False for a browser that sent bytes that are no text: its socket is closed (1007), and uvicorn's traceback helps nobody."""
    return not record.getMessage().startswith("Invalid UTF-8 sequence")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mechanichub.serve", description="Serves MechanicHub's pages and sockets.")
    parser.add_argument("--fd", type=int, help="an open, listening socket instead of HOST and PORT")
    return parser.parse_args()


if __name__ == "__main__":
    main()
