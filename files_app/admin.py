"""Files in the admin: what was sent, what became of it, and what is not where it should be. Nobody looks into a file here: that is done
in the session, where staff say why.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from console.base import ChoiceFilter, NeedsAttention, Observed, badge, session_link, short
from files_app.limits import Refusal
from files_app.models import SessionFile

LEVELS = {SessionFile.State.CHECKING: "info", SessionFile.State.READY: "ok", SessionFile.State.REFUSED: "warn"}


class WhyRefused(ChoiceFilter):
    title, parameter_name, choices_known = _("why refused"), "refusal", Refusal.choices


class WhereItIs(ChoiceFilter):
    """Ready files by whether their object is there, as far as the last look knows (files_app.missing)."""

    title, parameter_name, choices_known = _("object"), "object", [("missing", _("missing"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(missing_since__isnull=False) if self.value() else queryset


@admin.register(SessionFile)
class SessionFileAdmin(Observed):
    list_display = ("name", "kind", "state_badge", "refused_for", "weight", "of", "uploader", "sent")
    list_filter = (NeedsAttention, "state", "kind", WhyRefused, WhereItIs, "created_at")
    list_select_related = ("session__request__intake", "uploader")
    search_fields = ("uploader__email__startswith", "name__startswith")
    search_in = _("The beginning of a file's name, or of the e-mail address of who sent it")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    readonly_fields = ("state_badge", "refused_for", "weight", "of", "sent")
    fields = (
        ("name", "source", "kind", "content_type"),
        ("state_badge", "refused_for"),
        ("of", "uploader", "sent"),
        ("weight", "width", "height"),
        ("checked_at", "missing_since"),
        ("file", "thumbnail", "sha256"),
    )

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, file: SessionFile) -> SafeString:
        if file.missing_since:
            return badge(_("missing"), "danger")
        return badge(file.get_state_display(), LEVELS[SessionFile.State(file.state)])

    @admin.display(description=_("why refused"))
    def refused_for(self, file: SessionFile) -> str:
        return file.why_refused or "-"

    @admin.display(description=_("size"), ordering="size")
    def weight(self, file: SessionFile) -> str:
        return filesizeformat(file.size)

    @admin.display(description=_("session"))
    def of(self, file: SessionFile) -> Any:
        return session_link(file.session_id, file.session.request.intake.car or _("session")) if file.session else _("not sent yet")

    @admin.display(description=_("sent"), ordering="created_at")
    def sent(self, file: SessionFile) -> str:
        return short(file.created_at)
