"""The API's own rows: with what programs sign in, and what they were answered."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may be used for, besides what its person may."""

    READ = "read", _("read: see what I see")
    WRITE = "write", _("write: do what I do")
    STAFF = "staff", _("staff: as a member of the support team")


class Token(models.Model):
    """A person's key for one program. Of the key itself only a hash is kept, so nobody can read it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(_("digest"), max_length=64, unique=True, help_text=_("SHA-256 of the whole token, in hex"))
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope), verbose_name=_("for"))
    password_mark = models.CharField(_("password"), max_length=64, help_text=_("as in a browser's session: another password, another mark"))
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("token"), _("tokens")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=list(Scope.values), scopes__len__gte=1), name="a_token_is_for_something_known"
            ),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="a_token_is_kept_as_a_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def has_ended(self) -> bool:
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= timezone.now())


class KeptAnswer(models.Model):
    """What a POST with an `Idempotency-Key` was answered. It is written in the transaction of what was done, so there is never one
    without the other, and a request that died leaves neither."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, help_text=_("SHA-256 of method, address and body"))
    status = models.PositiveSmallIntegerField(_("status"))
    headers = models.JSONField(_("headers"), default=dict)
    body = models.TextField(_("body"))
    created_at = models.DateTimeField(_("answered"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("kept answer"), _("kept answers")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="a_key_is_answered_once")]
        indexes = [models.Index(fields=["created_at"], name="kept_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
