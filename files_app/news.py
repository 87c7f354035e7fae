"""What browsers hear of a file: its list has changed, and so has the message that it came with."""

from django.template.loader import render_to_string

from files_app import shelf
from files_app.models import SessionFile
from live import push
from sessions_app.models import Message


def tell(file: SessionFile) -> None:
    """Has the pages that show the file look again. Nobody listens to an intake that is still being written."""
    if file.session_id is None:
        return
    group = f"session.{file.session_id}"
    push.changed([group], "files", session=str(file.session_id))
    message = Message.objects.select_related("author__mechanic", "session").filter(pk=file.message_id).first()
    if message:
        context = {"message": shelf.attach([message])[0], "session": message.session}
        push.html([group], "messages", render_to_string("sessions_app/_message.html", context))
