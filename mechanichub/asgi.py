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
from mechanichub.outgoing import files_by_the_loop, handing_over

THREADS = 4
# Pieces of an answer that may wait for a slow client. A thread is free once it has handed over the last one. A page is one piece;
# files go by themselves (mechanichub/outgoing.py).
PIECES_WAITING = 1000

threads = WSGIMiddleware(handing_over(pages), workers=THREADS, send_queue_size=PIECES_WAITING)

application = ProtocolTypeRouter(
    {
        "http": files_by_the_loop(whole_requests(threads)),
        "websocket": sockets,
        "lifespan": lifespan,
    }
)
