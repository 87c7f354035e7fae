"""Sign-out closes sockets.

Signing out, a new password and the end of a login all delete the row of a session cookie, whoever's view does it (allauth,
the admin, the shell). Django's `user_logged_out` comes before the row is gone, so a socket would still find it.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY

from live import push


def session_ended(instance: Any, **kwargs: Any) -> None:
    """Looks again at the sockets of whoever was signed in by this row of `django_session`."""
    user_id = instance.get_decoded().get(SESSION_KEY)
    if user_id:
        push.check(push.person(user_id))
