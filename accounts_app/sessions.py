"""The sessions of browsers, as Django keeps them, with a closer look at the key that a cookie brings."""

import re

from django.contrib.sessions.backends import db

CUSTOMER_VIEW = "customer_view"  # where a browser's session says whose pages are shown in it (console/customer_view.py)
KEY = re.compile(r"[0-9a-z]{32}")  # as Django makes them


class SessionStore(db.SessionStore):
    """A key that we did not make, such as one with NUL in it, is none: PostgreSQL is not asked for it."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and KEY.fullmatch(key))
