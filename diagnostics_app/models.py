"""The guided check of a session: which checklist, what was found at each step, and which files show it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files_app.models import SessionFile
from mechanichub.rules import Reference
from sessions_app.models import Session

LONGEST_NOTE = 2000  # characters


class Checklist(models.Model):
    """Which checklist its mechanic chose; without a row it is that of the trouble the customer named."""

    session = models.OneToOneField(Session, verbose_name=_("session"), primary_key=True, on_delete=models.CASCADE, related_name="checklist")
    category = models.SlugField(_("kind of trouble"), max_length=20, db_index=False)

    class Meta:
        verbose_name, verbose_name_plural = _("checklist"), _("checklists")

    def __str__(self) -> str:
        return self.category


class Check(models.Model):
    """One step of the check: `open` while something was asked for or noted, then one of four answers, which may change."""

    class Result(models.TextChoices):
        OPEN = "open", _("open")
        OK = "ok", _("OK")
        FAULT = "fault", _("Fault")
        UNSURE = "unsure", _("Not sure")
        SKIPPED = "skipped", _("Skipped")

    class Wish(models.TextChoices):
        PHOTO = "photo", _("a photo")
        CLIP = "clip", _("a short clip")

    session = models.ForeignKey(Session, verbose_name=_("session"), on_delete=models.CASCADE, db_index=False, related_name="checks")
    step = models.SlugField(_("step"), max_length=40, db_index=False, help_text=_("a key of diagnostics_app/steps"))
    result = models.CharField(_("result"), max_length=8, choices=Result, default=Result.OPEN)
    note = models.TextField(_("note"), max_length=LONGEST_NOTE, blank=True)
    trouble_codes = ArrayField(models.CharField(max_length=5), verbose_name=_("trouble codes"), default=list, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked by"), on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    asked_for = models.CharField(_("the customer was asked for"), max_length=5, choices=Wish, blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("check"), _("checks")
        ordering = ["session", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "step"], name="a_step_is_checked_once"),
            models.UniqueConstraint(fields=["id", "session"], name="a_check_and_its_session"),
            models.CheckConstraint(
                condition=Q(result="open", answered_at=None)
                | Q(result__in=["ok", "fault", "unsure", "skipped"], answered_at__isnull=False),
                name="a_check_is_open_or_answered",
            ),
            models.CheckConstraint(
                condition=Q(asked_for="", asked_at=None) | Q(asked_for__in=["photo", "clip"], asked_at__isnull=False),
                name="a_check_asks_for_something_known",
            ),
            Reference(
                name="who_checks_takes_part",
                columns=["session_id", "author_id"],
                to="sessions_app_participant",
                to_columns=["session_id", "user_id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.result}"

    @property
    def is_answered(self) -> bool:
        return self.result != self.Result.OPEN


class Evidence(models.Model):
    """A file that shows what was found at a step. The session stands in it so that no other session's file can."""

    checked = models.ForeignKey(Check, verbose_name=_("check"), on_delete=models.CASCADE, db_index=False, related_name="evidence")
    file = models.ForeignKey(SessionFile, verbose_name=_("file"), on_delete=models.CASCADE, related_name="evidence")
    session_id = models.UUIDField(_("session"), editable=False)
    created_at = models.DateTimeField(_("attached"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("evidence"), _("evidence")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["checked", "file"], name="a_file_is_attached_once"),
            Reference(
                name="evidence_is_of_the_session_of_its_check",
                columns=["checked_id", "session_id"],
                to="diagnostics_app_check",
                to_columns=["id", "session_id"],
            ),
            Reference(
                name="evidence_is_a_file_of_the_same_session",
                columns=["file_id", "session_id"],
                to="files_app_sessionfile",
                to_columns=["id", "session_id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checked_id}: {self.file_id}"
