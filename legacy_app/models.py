"""What an import could not bring over. Nothing is lost silently: each such row is kept whole, with the reason."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SetAside(models.Model):
    """One row of the old database that stayed behind."""

    source_table = models.CharField(_("table"), max_length=40)
    source_id = models.CharField(_("id"), max_length=40)
    reason = models.CharField(_("reason"), max_length=40)
    row = models.JSONField(_("row"), encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("set aside"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("row set aside"), _("rows set aside")
        ordering = ["source_table", "source_id"]
        constraints = [models.UniqueConstraint(fields=["source_table", "source_id", "reason"], name="a_row_is_set_aside_once_for_a_reason")]

    def __str__(self) -> str:
        return f"{self.source_table} {self.source_id}: {self.reason}"
