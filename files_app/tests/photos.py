"""Photos for tests: made here, stored as the inspector stores them, and ready."""

from io import BytesIO
from uuid import uuid4

from django.utils import timezone
from PIL import Image

from accounts_app.models import User
from files_app import storage
from files_app.models import SessionFile
from sessions_app.models import Session


def picture(size: tuple[int, int] = (800, 600), colour: str = "#9aa5a3", kind: str = "JPEG") -> bytes:
    """An even photo: whatever is seen on it was drawn."""
    photo = BytesIO()
    Image.new("RGB", size, colour).save(photo, kind)
    return photo.getvalue()


def photo_in(session: Session, by: User, *, size: tuple[int, int] = (800, 600), content: bytes = b"", **fields: object) -> SessionFile:
    """A photo that somebody has sent into this session and that was found good."""
    content, pk = content or picture(size), uuid4()
    name, thumbnail = f"files/{pk}/{uuid4()}.jpg", f"files/{pk}/{uuid4()}.jpg"
    for each in (name, thumbnail):
        storage.put(each, BytesIO(content))
    found = {"kind": "photo", "content_type": "image/jpeg", "sha256": pk.hex * 2, "width": size[0], "height": size[1]}
    objects = {"file": name, "thumbnail": thumbnail, "state": "ready", "checked_at": timezone.now()}
    sent = {"id": pk, "session": session, "uploader": by, "name": "engine.jpg", "size": len(content)}
    return SessionFile.objects.create(**sent | found | objects | fields)
