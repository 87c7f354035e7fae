"""What an import set aside, in the admin: to be looked at, and mended where it came from."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.base import NeedsAttention, Observed
from legacy_app.models import SetAside


@admin.register(SetAside)
class SetAsideAdmin(Observed):
    list_display = ("source_table", "source_id", "reason", "created_at")
    list_filter = (NeedsAttention, "source_table", "reason")
    search_fields = ("source_id__startswith",)
    search_in = _("The beginning of an id of the old system")
    fields = ("source_table", "source_id", "reason", "created_at", "whole_row")
    readonly_fields = ("whole_row",)

    @admin.display(description=_("row"))
    def whole_row(self, row: SetAside) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(row.row, indent=2, ensure_ascii=False))
