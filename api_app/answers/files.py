"""What both sides show each other."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api_app.answers.examples import FILE, MECHANIC, SESSION, shown
from api_app.answers.fields import Moment, site
from files_app.limits import Kind, Refusal
from files_app.models import SessionFile
from requests_app.access import OFFERED

AT = f"http://localhost:8000/api/v1/sessions/{SESSION}/files/{FILE}"
PHOTO = {
    "id": FILE,
    "name": "engine.jpg",
    "kind": "photo",
    "state": "ready",
    "refusal": "",
    "why_refused": "",
    "content_type": "image/jpeg",
    "size": 2481023,
    "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "width": 4032,
    "height": 3024,
    "uploader_id": MECHANIC,
    "created_at": "2026-11-21T10:03:40.118Z",
    "url": f"{AT}/",
    "content_url": f"{AT}/content/",
    "thumbnail_url": f"{AT}/thumbnail/",
}


@shown(**PHOTO)
class FileAnswer(serializers.Serializer):
    """A file as one person sees it. It is `checking` until it was inspected, and is shown only when it was found good."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices, allow_blank=True, help_text="Empty as long as nobody has looked.")
    state = serializers.ChoiceField(SessionFile.State.choices)
    refusal = serializers.ChoiceField(Refusal.choices, allow_blank=True)
    why_refused = serializers.CharField(help_text="The same in words.")
    content_type = serializers.CharField(help_text="As found, not as claimed.")
    size = serializers.IntegerField(help_text="Bytes, as it was sent.")
    sha256 = serializers.CharField(help_text="Of what is served, in hex.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels.")
    uploader_id = serializers.UUIDField(allow_null=True)
    created_at = Moment()
    url = serializers.SerializerMethodField(help_text="This answer by itself; null when it is not ready, or you see only the thumbnail.")
    content_url = serializers.SerializerMethodField(help_text="The file itself; null likewise.")
    thumbnail_url = serializers.SerializerMethodField(help_text="A small JPEG; null when there is none, or it is not yours to see.")

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_url(self, file: SessionFile) -> str | None:
        return self.at("api:session-file", file) if self.is_open(file) else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_content_url(self, file: SessionFile) -> str | None:
        return self.at("api:session-file-content", file) if self.is_open(file) else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_thumbnail_url(self, file: SessionFile) -> str | None:
        may = self.is_open(file) or (file.state == SessionFile.State.READY and file.kind == Kind.PHOTO)
        return self.at("api:session-file-thumbnail", file) if may and file.thumbnail else None

    def is_open(self, file: SessionFile) -> bool:
        return file.state == SessionFile.State.READY and self.context.get("role") != OFFERED

    def at(self, name: str, file: SessionFile) -> str:
        return site(reverse(name, args=[file.session_id, file.pk]))


@shown(session=SESSION, results=[PHOTO], files_left=9, bytes_left=197518977)
class FilesAnswer(serializers.Serializer):
    """The files of a session, the newest last, and how much more it can have."""

    session = serializers.UUIDField()
    results = FileAnswer(many=True)
    files_left = serializers.IntegerField()
    bytes_left = serializers.IntegerField()

    @classmethod
    def of(cls, session: Any, files: Any) -> dict[str, Any]:
        return {"session": session, "results": files.files, "files_left": files.files_left, "bytes_left": files.bytes_left}
