"""The whole site in one process: pages in a few threads, sockets in the event loop.

Django's own ASGI handler runs each synchronous view through threads and loses half its speed by that; WSGI in threads that
keep their database connections does not. In production pages may also have WSGI workers of their own (mechanichub/wsgi.py).
"""

import os

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter
from django.core.wsgi import get_wsgi_application

from mechanichub.checks import refuse_incomplete_settings
from mechanichub.readable import only_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mechanichub.settings")
refuse_incomplete_settings()
pages = only_utf8(get_wsgi_application())  # it loads the apps, which the others need

# isort: split
from live.routing import sockets
from mechanichub.bodies import whole_requests
from mechanichub.lifespan import lifespan

THREADS = 4
# Pieces of an answer that may wait for a slow client. A thread is free once it has handed over the last one, so this is what
# a client can take at its own pace without keeping a thread: 4 MB of a file in Django's pieces of 4 KB.
PIECES_WAITING = 1000

application = ProtocolTypeRouter(
    {
        "http": whole_requests(WSGIMiddleware(pages, workers=THREADS, send_queue_size=PIECES_WAITING)),
        "websocket": sockets,
        "lifespan": lifespan,
    }
)
