"""What both sides show each other: photos, clips and documents of a session, from the moment they begin to arrive."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files_app.limits import LONGEST_NAME, MOST_BYTES, MOST_FILES, Kind, Refusal
from files_app.querysets import SessionFileQuerySet
from mechanichub.rules import Reference, Trigger
from sessions_app.models import Message, Session

# So begins the name of a piece that still lies where the old system kept it, until `import_legacy --files` copies it.
ELSEWHERE = "legacy/"
ONE_HOME = Q(session=None, bundle__isnull=False) | Q(session__isnull=False, bundle=None)


class Bundle(models.Model):
    """The files of an intake that is still being written. Its id is known to the browser that writes it alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), null=True, blank=True, on_delete=models.CASCADE, related_name="bundles"
    )
    created_at = models.DateTimeField(_("begun"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("unsent files"), _("unsent files")
        indexes = [models.Index(fields=["created_at"], name="bundles_by_age")]

    def __str__(self) -> str:
        return str(self.pk)


class Source(models.TextChoices):
    UPLOAD = "upload", _("upload")
    STILL = "still", _("still from the call")


class Arrival(models.Model):
    """What a file is from its first byte on: named by its browser (`client_id`), for a session or for an intake still being written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, verbose_name=_("session"), null=True, blank=True, on_delete=models.CASCADE)
    bundle = models.ForeignKey(Bundle, verbose_name=_("unsent files"), null=True, blank=True, on_delete=models.CASCADE)
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    client_id = models.UUIDField(_("client id"), default=uuid.uuid4)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    source = models.CharField(_("taken from"), max_length=8, choices=Source, default=Source.UPLOAD)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("bytes, as it was sent"))
    pieces = models.JSONField(
        _("pieces"), default=list, blank=True, help_text=_("the names of the objects that hold it as it was sent, in order")
    )
    created_at = models.DateTimeField(_("sent"), default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Upload(Arrival):
    """A file that is still arriving, piece by piece (tus 1.0). Gone when it is complete, given up, or a day old."""

    received = models.PositiveBigIntegerField(_("received"), default=0, help_text=_("bytes"))
    touched_at = models.DateTimeField(_("last piece"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("upload"), _("uploads")
        default_related_name = "uploads"
        constraints = [
            models.CheckConstraint(condition=ONE_HOME, name="an_upload_is_for_a_session_or_an_intake"),
            models.CheckConstraint(condition=Q(size__gt=0, received__lte=F("size")), name="an_upload_receives_what_was_announced"),
            models.UniqueConstraint(fields=["session", "client_id"], name="an_upload_to_a_session_is_made_once"),
            models.UniqueConstraint(fields=["bundle", "client_id"], name="an_upload_to_an_intake_is_made_once"),
            Reference(
                name="who_uploads_takes_part",
                columns=["session_id", "uploader_id"],
                to="sessions_app_participant",
                to_columns=["session_id", "user_id"],
            ),
        ]
        indexes = [models.Index(fields=["touched_at"], name="uploads_by_age")]


class SessionFile(Arrival):
    """A file that has arrived: `checking` until it was inspected, then `ready`, or `refused` for a reason."""

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")

    Kind, Refusal, Source = Kind, Refusal, Source

    message = models.ForeignKey(Message, verbose_name=_("message"), null=True, blank=True, on_delete=models.SET_NULL)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.CHECKING)
    refusal = models.CharField(_("why refused"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, blank=True)
    content_type = models.CharField(_("content type"), max_length=40, blank=True, help_text=_("as found, not as claimed"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("of what is served"))
    file = models.CharField(_("object"), max_length=120, blank=True, help_text=_("the name of what is served, in the storage"))
    thumbnail = models.CharField(_("thumbnail"), max_length=120, blank=True, help_text=_("the name of its small JPEG, in the storage"))
    width = models.PositiveIntegerField(_("width"), null=True, blank=True, help_text=_("pixels"))
    height = models.PositiveIntegerField(_("height"), null=True, blank=True, help_text=_("pixels"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    missing_since = models.DateTimeField(_("missing since"), null=True, blank=True, help_text=_("ready, but its object is not there"))

    objects = SessionFileQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("file"), _("files")
        default_related_name = "files"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=ONE_HOME, name="a_file_is_of_a_session_or_an_intake"),
            models.CheckConstraint(
                condition=Q(state="checking", refusal="", file="", checked_at=None)
                | Q(state="ready", refusal="", checked_at__isnull=False)
                & ~Q(file="")
                & ~Q(content_type="")
                & ~Q(sha256="")
                & Q(kind__in=Kind.values)
                | Q(state="refused", file="", thumbnail="", checked_at__isnull=False) & ~Q(refusal=""),
                name="a_file_is_shown_only_when_it_was_checked",
            ),
            models.CheckConstraint(
                # "Set" is said aloud: a comparison with nothing is neither true nor false, and a check lets that pass.
                condition=~Q(kind="photo") | Q(width__isnull=False, height__isnull=False, width__gt=0, height__gt=0) & ~Q(thumbnail=""),
                name="a_photo_has_a_size_and_a_thumbnail",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_file_has_a_name"),
            models.CheckConstraint(condition=Q(refusal__in=["", *Refusal.values]), name="a_file_is_refused_for_a_known_reason"),
            models.UniqueConstraint(fields=["session", "client_id"], name="a_file_of_a_session_is_sent_once"),
            models.UniqueConstraint(fields=["bundle", "client_id"], name="a_file_of_an_intake_is_sent_once"),
            models.UniqueConstraint(fields=["id", "session"], name="a_file_and_its_session"),  # evidence refers to it
            Reference(
                name="who_sent_a_file_takes_part",
                columns=["session_id", "uploader_id"],
                to="sessions_app_participant",
                to_columns=["session_id", "user_id"],
            ),
            Trigger(
                name="a_session_has_few_files",
                on="INSERT OR UPDATE OF session_id, state, size",
                lock="sessions_app_session WHERE id = NEW.session_id",
                refuse_when="NEW.session_id IS NOT NULL AND NEW.state <> 'refused' AND"  # noqa: S608 (our own numbers)
                f" (SELECT count(*) >= {MOST_FILES} OR coalesce(sum(size), 0) + NEW.size > {MOST_BYTES}"
                " FROM files_app_sessionfile f WHERE f.session_id = NEW.session_id AND f.state <> 'refused' AND f.id <> NEW.id)",
                message="a session has at most ten files and 200 MB",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="checking"), name="files_to_check"),
            models.Index(fields=["created_at"], condition=Q(state="refused"), name="files_refused"),
            models.Index(fields=["missing_since"], condition=Q(missing_since__isnull=False), name="files_missing"),
        ]

    @property
    def why_refused(self) -> str:
        """The reason in words for who sent it, or ""."""
        return str(Refusal(self.refusal).label) if self.refusal else ""


class Annotation(models.Model):
    """One stroke that somebody drew on a photo; the photo itself stays as it is."""

    class Shape(models.TextChoices):
        ARROW = "arrow", _("arrow")
        CIRCLE = "circle", _("circle")
        NUMBER = "number", _("number")
        LINE = "line", _("line")

    file = models.ForeignKey(SessionFile, verbose_name=_("photo"), on_delete=models.CASCADE, related_name="annotations")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("drawn by"), null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    client_id = models.UUIDField(_("client id"), default=uuid.uuid4)
    shape = models.CharField(_("shape"), max_length=8, choices=Shape)
    points = models.JSONField(_("points"), help_text=_("[[x, y], ...] as fractions of width and height, 0 to 1"))
    label = models.CharField(_("label"), max_length=4, blank=True)
    created_at = models.DateTimeField(_("drawn"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("drawing"), _("drawings")
        ordering = ["file", "id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "client_id"], name="a_stroke_is_drawn_once"),
            models.CheckConstraint(condition=Q(shape__in=["arrow", "circle", "number", "line"]), name="a_stroke_has_a_known_shape"),
            models.UniqueConstraint(fields=["file", "label"], condition=Q(shape="number"), name="a_number_stands_once_on_a_photo"),
        ]

    def __str__(self) -> str:
        return self.shape
