"""Drawing on the photos of a session: both sides do, both see it at once, and the report gets a copy with it burnt in.

The photo itself stays as it is; a stroke is a row beside it, in fractions of its width and height.
"""

from io import BytesIO
from math import isfinite
from threading import Lock
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db import transaction
from django.db.models import IntegerField, Max
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accounts_app.models import User
from files_app import storage, strokes
from files_app.models import Annotation, SessionFile
from live import push
from mechanichub.errors import DomainError, NotPossible, NotYours
from sessions_app.access import CUSTOMER, MECHANIC
from sessions_app.models import Session
from sessions_app.moves import HELD

MOST_STROKES = 200  # on one photo
DIGITS_AFTER_POINT = 5  # a tenth of a pixel of the largest photo
QUALITY = 90  # of the JPEG, 1 to 95
NO_STROKE = _("That is nothing that can be drawn here. Please reload the page and try again.")

_one_at_a_time = Lock()  # a photo of 40 megapixels takes 120 MB while it is drawn on


class BadStroke(DomainError):
    """Something that is no stroke of ours. 422."""

    status = 422
    code = "bad_stroke"
    title = _("That cannot be drawn")


@transaction.atomic
def draw(file_id: UUID, *, by: User, client_id: UUID, shape: str, points: Any) -> Annotation:
    """Draws a stroke on a photo. The same `client_id` again is the same stroke.

    A number is the next one of that photo, given under the session's lock: two people never make the same.

    Args:
        shape: a value of Annotation.Shape.
        points: [[x, y], ...] as fractions of the photo's width and height, 0 to 1: tail and tip of an arrow, two opposite corners of
            the box around a circle, the middle of a number, the way of a line.

    Raises:
        NotYours: not (or no longer) the customer or the mechanic of this session.
        NotPossible: it has not begun or is over, the file is no photo, or the photo is full.
        BadStroke: no known shape, or points that do not make it.
    """
    file, session = _for_drawing(file_id, by)
    known = file.annotations.filter(client_id=client_id).first()
    if known:
        return known
    _refuse_after_the_end(session)
    if file.kind != SessionFile.Kind.PHOTO or file.state != SessionFile.State.READY:
        raise NotPossible(_("Only photos can be drawn on, once they are checked."))
    if file.annotations.count() >= MOST_STROKES:
        raise NotPossible(_("This photo is full. Please take some of the drawing back."))
    clean = clean_points(shape, points)
    label = _next_number(file) if shape == Annotation.Shape.NUMBER else ""
    stroke = Annotation.objects.create(file=file, author=by, client_id=client_id, shape=shape, points=clean, label=label)
    _tell(session, file, stroke=shown(stroke, session))
    return stroke


@transaction.atomic
def undo(file_id: UUID, *, by: User, client_id: UUID) -> None:
    """Takes back one of one's own strokes; one that is gone already is fine.

    Raises:
        NotYours, NotPossible: as `draw`.
    """
    _take_back(file_id, by, client_id=client_id)


@transaction.atomic
def clear(file_id: UUID, *, by: User) -> None:
    """Takes back all of one's own strokes on this photo.

    Raises:
        NotYours, NotPossible: as `draw`.
    """
    _take_back(file_id, by)


def may_draw(session: Session) -> bool:
    """Whether who sees the session in `session.role` may draw on its photos now."""
    return session.role in (CUSTOMER, MECHANIC) and session.status in HELD


def strokes_of(file: SessionFile) -> list[dict[str, Any]]:
    """The strokes on a photo in the order they were drawn, as `shown`."""
    return [shown(stroke, file.session) for stroke in file.annotations.select_related("author__mechanic")]


def shown(stroke: Annotation, session: Session) -> dict[str, Any]:
    """A stroke as browsers know it."""
    by = stroke.author
    return {
        "id": str(stroke.client_id),
        "by": str(by.pk),
        "name": by.mechanic.display_name if by.is_mechanic else by.short_name,
        "role": role_of(stroke, session),
        "shape": stroke.shape,
        "points": stroke.points,
        "label": stroke.label,
    }


def role_of(stroke: Annotation, session: Session) -> str:
    """Whose colour it has."""
    return CUSTOMER if stroke.author_id == session.customer_id else MECHANIC


def version_of(file: SessionFile) -> str:
    """Another text whenever something else is drawn on the photo."""
    names = "".join(str(name) for name in file.annotations.values_list("client_id", flat=True))
    return f"{file.sha256}-{crc32(names.encode()):08x}"


def burnt(file: SessionFile, *, longest: int | None = None) -> bytes:
    """The photo as a JPEG, with all that was drawn on it.

    Args:
        longest: pixels of its longer side at most; its own size when left out.

    Raises:
        storage.Missing: the photo is gone.
        storage.StorageDown: it cannot be had now.
    """
    with storage.open(file.file) as stream:
        sent = BytesIO(stream.read())
    with _one_at_a_time, Image.open(sent, formats=["JPEG", "PNG", "WEBP"]) as source:
        if longest:
            source.draft("RGB", (longest, longest))  # a JPEG is decoded at half or a quarter of its size: less time, less memory
        photo = _on_white(source)
        if longest:
            photo.thumbnail((longest, longest))
        for stroke in file.annotations.all():
            strokes.paint(photo, stroke.shape, stroke.points, strokes.COLOURS[role_of(stroke, file.session)], stroke.label)
        copy = BytesIO()
        photo.save(copy, "JPEG", quality=QUALITY, subsampling=0, icc_profile=source.info.get("icc_profile"))
    return copy.getvalue()


def clean_points(shape: str, points: Any) -> list[list[float]]:
    """The points as they are kept.

    Raises:
        BadStroke: not a list of as many pairs of numbers from 0 to 1 as the shape needs, or all of them in one place.
    """
    fewest, most = strokes.FEWEST_AND_MOST_POINTS.get(shape, (1, 0))
    if not (isinstance(points, list) and fewest <= len(points) <= most and all(map(_is_point, points))):
        raise BadStroke(NO_STROKE)
    clean = [[round(float(each), DIGITS_AFTER_POINT) for each in point] for point in points]
    if fewest > 1 and all(point == clean[0] for point in clean):
        raise BadStroke(_("That is too small to be seen."))
    return clean


def _is_point(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(map(_is_fraction, point))


def _is_fraction(number: Any) -> bool:
    return type(number) in (int, float) and isfinite(number) and 0 <= number <= 1


def _for_drawing(file_id: UUID, by: User) -> tuple[SessionFile, Session]:
    """The file and its session, locked, for somebody who takes part in it."""
    file = SessionFile.objects.get(pk=file_id)
    session = Session.objects.select_for_update(no_key=True).get(pk=file.session_id)
    if not session.participants.filter(user=by, until=None).exclude(role="staff").exists():
        raise NotYours(_("Only the customer and the mechanic of this session draw on its photos."))
    return file, session


def _refuse_after_the_end(session: Session) -> None:
    if session.status not in HELD:
        raise NotPossible(_("Photos can be drawn on while the mechanic is with you. What was drawn stays."))


def _next_number(file: SessionFile) -> str:
    numbers = file.annotations.filter(shape=Annotation.Shape.NUMBER)
    last = numbers.aggregate(last=Max(Cast("label", IntegerField())))["last"] or 0
    return str(last + 1)


def _take_back(file_id: UUID, by: User, **which: UUID) -> None:
    file, session = _for_drawing(file_id, by)
    _refuse_after_the_end(session)
    own = file.annotations.filter(author=by, **which)
    gone = [str(client_id) for client_id in own.values_list("client_id", flat=True)]
    if gone:
        own.delete()
        _tell(session, file, gone=gone, by=str(by.pk))


def _tell(session: Session, file: SessionFile, **news: Any) -> None:
    push.relay(f"session.{session.pk}", {"type": "drawing", "file": str(file.pk), **news})


def _on_white(source: Image.Image) -> Image.Image:
    if not source.has_transparency_data:
        return source.convert("RGB")
    photo = Image.new("RGB", source.size, strokes.WHITE)
    photo.paste(source, mask=source.convert("RGBA").getchannel("A"))
    return photo
