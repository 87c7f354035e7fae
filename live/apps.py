from django.apps import AppConfig
from django.db.models.signals import post_delete

from live.sign_out import session_ended


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = "Live updates"

    def ready(self) -> None:
        post_delete.connect(session_ended, sender="sessions.Session", dispatch_uid="live.session_ended")
