"""The talk in a room, and being there."""

from uuid import UUID, uuid4

from django.forms import IntegerField
from django.utils.translation import gettext_lazy as _
from django_filters import Filter, FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.answers.examples import shown
from api_app.answers.messages import MessageAnswer, ReadAnswer, TalkAnswer
from api_app.answers.sessions import SessionAnswer
from api_app.bodies import Body, Text
from api_app.endpoint import Endpoint
from api_app.schema import operation
from api_app.views.sessions import seen_by
from lifecycle import room
from mechanichub.forms import Form
from sessions_app import chat
from sessions_app.access import room_for
from sessions_app.forms import ReadForm
from sessions_app.models import Message
from sessions_app.views import talk_of


class NumberFilter(Filter):
    field_class = IntegerField


class TalkFilter(FilterSet):
    """Which part of the conversation."""

    after = NumberFilter(label=_("What came after the message of this number; 0 is all from the beginning."), min_value=0)
    before = NumberFilter(label=_("What stands right before the message of this number."), min_value=1)

    class Meta:
        model = Message
        fields: list[str] = []
        form = Form


@shown(client_id="3d2c1b0a-9f8e-4d7c-8b6a-5f4e3d2c1b0a", body="It shakes at idle, and less when it is warm.")
class MessageBody(Body):
    """Something to say."""

    client_id = serializers.UUIDField(required=False, help_text="Yours for this message: the same again is the same message.")
    body = Text(max_length=chat.LONGEST)


@shown(up_to=1)
class ReadBody(Body):
    """How far you have read."""

    form = ReadForm


class Messages(Endpoint):
    """/sessions/{id}/messages/"""

    @operation("listMessages", "What was said", answer=TalkAnswer, filters=TalkFilter, refusals=(404,))
    def get(self, request: Request, pk: UUID) -> Response:
        """Without a number the latest part. To follow a conversation ask again and again with the last number as `after` and with the
        ETag: messages are numbered without gaps in the order of commit, so none is missed. A former mechanic reads what was said until
        then; the support team says why first (`lookAtSession`)."""
        session = room_for(request.user, pk)
        place = {"after": None, "before": None} | self.wanted(TalkFilter)
        return self.answer(TalkAnswer, talk_of(session, request.user, place))

    @operation("sendMessage", "Say something", body=MessageBody, answer=MessageAnswer, status=201, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """While the mechanic is with the customer, by these two."""
        room_for(request.user, pk)
        told = self.read(MessageBody)
        message = chat.post(pk, by=request.user, client_id=told.get("client_id") or uuid4(), body=told["body"])
        return self.answer(MessageAnswer, message, status=201)


class Read(Endpoint):
    """/sessions/{id}/messages/read/"""

    @operation("markRead", "I have read it", body=ReadBody, answer=ReadAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """Marks what the other one said, up to a number; they see it at once."""
        room_for(request.user, pk)
        marked = chat.mark_read(pk, by=request.user, up_to=self.read(ReadBody).cleaned_data["up_to"])
        return self.answer(ReadAnswer, {"marked": marked})


class Enter(Endpoint):
    """/sessions/{id}/enter/"""

    @operation("enterRoom", "I am here", answer=SessionAnswer, refusals=(404,))
    def post(self, request: Request, pk: UUID) -> Response:
        """A sign of life in the room. The first one is the joining; when both are there, the session starts and the paid time runs. Send
        it every 20 seconds for as long as the person is there."""
        room_for(request.user, pk)
        room.enter(pk, by=request.user)
        return self.answer(SessionAnswer, seen_by(request.user, pk))
