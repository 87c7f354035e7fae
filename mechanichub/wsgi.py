"""The pages as a WSGI application, for a server of their own in front of which sockets go elsewhere (docs/ARCHITECTURE.md)."""

import os

from django.core.wsgi import get_wsgi_application

from mechanichub.checks import refuse_incomplete_settings, refuse_stale_schema
from mechanichub.readable import only_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mechanichub.settings")

refuse_incomplete_settings()
application = only_utf8(get_wsgi_application())
refuse_stale_schema()
