"""For the support team: what needs attention, and what is the matter with one session."""

from typing import Any

from rest_framework import serializers

from api_app.answers.examples import SESSION, shown
from api_app.answers.fields import Moment, site
from console.attention import Concern
from lifecycle.diagnosis import Diagnosis
from lifecycle.preview import Preview
from sessions_app.models import Session
from sessions_app.moves import MOVES

UNATTENDED = {
    "key": "unattended",
    "text": "Sessions that no mechanic has taken in time",
    "count": 2,
    "needs_attention": True,
    "oldest": "2026-11-21T09:41:07Z",
    "age": "21 min",
    "detail": "",
    "page_url": "http://localhost:8000/admin/sessions_app/session/?needs=unattended",
}
RELEASE = {
    "name": "release",
    "to": "pending",
    "sentences": ["Goes back to the queue at its old place: asked 14 min ago, nobody is before it.", "2 mechanics can take it now."],
    "refused": "",
}


@shown(**UNATTENDED)
class ConcernAnswer(serializers.Serializer):
    """Something that somebody should look at, or may stop worrying about."""

    key = serializers.CharField(help_text="Its name, the same for ever.")
    text = serializers.CharField()
    count = serializers.IntegerField(allow_null=True, help_text="0 is good news; null: it could not be asked, and nobody knows.")
    needs_attention = serializers.BooleanField()
    oldest = Moment(allow_null=True, help_text="Since when the oldest of them does, where that is known.")
    age = serializers.CharField(help_text="The same as a length of time, or empty.")
    detail = serializers.CharField(help_text="What is the matter, or why it could not be asked.")
    page_url = serializers.SerializerMethodField(help_text="The page of the console with exactly these.")

    def get_page_url(self, concern: Concern) -> str:
        return site(concern.address)


@shown(needs_attention=1, results=[UNATTENDED])
class AttentionAnswer(serializers.Serializer):
    """All that you may see, the most urgent first, whether it needs attention now or not."""

    needs_attention = serializers.IntegerField(help_text="How many of them do; 0 says that all is well.")
    results = ConcernAnswer(many=True)

    @classmethod
    def of(cls, concerns: list[Concern]) -> dict[str, Any]:
        return {"needs_attention": sum(concern.needs_attention for concern in concerns), "results": concerns}


@shown(**RELEASE)
class PreviewAnswer(serializers.Serializer):
    """A move that is legal now, and what it would do."""

    name = serializers.ChoiceField(sorted(MOVES))
    to = serializers.ChoiceField(Session.Status.choices, help_text="The status that the session would be in.")
    sentences = serializers.ListField(child=serializers.CharField(), help_text="What would happen, the most important first.")
    refused = serializers.CharField(help_text="Why it would be refused just now, or empty.")


@shown(
    session=SESSION,
    status="waiting",
    version=3,
    is_well=False,
    sentences=["Waiting for 12 min: Max accepted at 10:02 and has not opened the room.", "Max's last sign of life was 9 min ago."],
    suggested="release",
    why="Suggested: release to the queue.",
    moves=[RELEASE],
)
class DiagnosisAnswer(serializers.Serializer):
    """What is the matter with a session, in plain words, and what could be done about it."""

    session = serializers.UUIDField()
    status = serializers.ChoiceField(Session.Status.choices)
    version = serializers.IntegerField()
    is_well = serializers.BooleanField()
    sentences = serializers.ListField(child=serializers.CharField(), help_text="How it stands, the most important first.")
    suggested = serializers.ChoiceField(sorted(MOVES), allow_blank=True, help_text="A move, or empty when nothing has to be done.")
    why = serializers.CharField()
    moves = PreviewAnswer(many=True)

    @classmethod
    def of(cls, session: Session, found: Diagnosis, previews: dict[str, Preview]) -> dict[str, Any]:
        told = {name: getattr(found, name) for name in ("is_well", "sentences", "suggested", "why")}
        moves = [{"name": name, **vars(preview)} for name, preview in previews.items()]
        return {"session": session.pk, "status": session.status, "version": session.version, **told, "moves": moves}
