"""What was said in a room."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api_app.answers.examples import MECHANIC as MAX
from api_app.answers.examples import SESSION, shown
from api_app.answers.fields import Moment
from sessions_app.access import CUSTOMER, FORMER, MECHANIC
from sessions_app.models import Message

HELLO = {
    "number": 1,
    "client_id": "3d2c1b0a-9f8e-4d7c-8b6a-5f4e3d2c1b0a",
    "author": "Max",
    "author_id": MAX,
    "role": MECHANIC,
    "body": "Hello Carla, does it shake at idle as well?",
    "file": None,
    "sent_at": "2026-11-21T10:02:11.402Z",
    "read_at": None,
}


@shown(**HELLO)
class MessageAnswer(serializers.Serializer):
    """One message."""

    number = serializers.IntegerField(help_text="Dense in each session, in the order of commit.")
    client_id = serializers.UUIDField(help_text="As its sender named it.")
    author = serializers.SerializerMethodField(help_text="A name to show.")
    author_id = serializers.UUIDField(allow_null=True, help_text="Null in conversations of the old system.")
    role = serializers.SerializerMethodField(help_text="“former”: a mechanic who does not have the session any more.")
    body = serializers.CharField()
    file = serializers.SerializerMethodField(help_text="The file that came with it; null when there is none, or it is not yours to see.")
    sent_at = Moment()
    read_at = Moment(allow_null=True)

    def get_author(self, message: Message) -> str:
        if message.author is None:
            return _("Unknown")
        return message.author.mechanic.display_name if message.author.is_mechanic else message.author.short_name

    @extend_schema_field(serializers.ChoiceField([CUSTOMER, MECHANIC, FORMER]))
    def get_role(self, message: Message) -> str:
        roles = {message.session.customer_id: CUSTOMER, message.session.mechanic_id: MECHANIC}
        return roles.get(message.author_id, FORMER) if message.author_id else FORMER

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_file(self, message: Message) -> str | None:
        file = getattr(message, "attached", None)
        return str(file.pk) if file else None


@shown(session=SESSION, results=[HELLO], has_more=False, has_earlier=False, read_up_to=0)
class TalkAnswer(serializers.Serializer):
    """A part of the conversation, the oldest first."""

    session = serializers.UUIDField(source="session.pk")
    results = MessageAnswer(source="talk", many=True)
    has_more = serializers.BooleanField(help_text="There is more behind it: ask again with the last number as `after`.")
    has_earlier = serializers.BooleanField(help_text="There is more in front of it: ask with the first number as `before`.")
    read_up_to = serializers.IntegerField(help_text="The number of your last message that the other one has read, or 0.")


@shown(marked=2)
class ReadAnswer(serializers.Serializer):
    """How many were unread before."""

    marked = serializers.IntegerField()
