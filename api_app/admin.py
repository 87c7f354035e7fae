"""Tokens in the console: whose programs may come in, and an end to that. The token itself is nowhere to be read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from api_app import tokens
from api_app.models import Token
from console.base import Observed, badge, short
from console.moves import Button, WithMoves


@admin.register(Token)
class TokenAdmin(WithMoves, Observed):
    """A person's keys for programs. They make them themselves; staff can only take one back."""

    change_form_template = "admin/api_app/token/change_form.html"
    list_display = ("name", "user", "prefix", "state_badge", "allowed", "made", "last_used", "ends")
    list_select_related = ("user",)
    search_fields = ("prefix__startswith", "user__email__istartswith")
    search_in = _("How the token begins, or the beginning of its owner's e-mail address")
    fields = ("name", "user", "prefix", "state_badge", "allowed", "made", "last_used", "ends")
    readonly_fields = ("state_badge", "allowed", "made", "last_used", "ends")
    buttons = (Button(name="revoke", label=_("Revoke"), done=_("opens nothing any more"), verb=tokens.take_back, is_danger=True),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Token]:
        return super().get_queryset(request).defer("digest", "password_mark")

    def legal(self, row: Token, by: User) -> list[str]:
        return [] if row.has_ended else ["revoke"]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        moves = self.moves_for(request, row) if row else []
        return super().change_view(request, object_id, form_url, {"moves": moves, **(extra_context or {})})

    @admin.display(description=_("state"))
    def state_badge(self, token: Token) -> SafeString:
        if token.revoked_at:
            return badge(_("revoked"))
        return badge(_("ended")) if token.expires_at and token.expires_at <= timezone.now() else badge(_("good"), "ok")

    @admin.display(description=_("for"))
    def allowed(self, token: Token) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=_("made"), ordering="created_at")
    def made(self, token: Token) -> str:
        return short(token.created_at)

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, token: Token) -> str:
        return short(token.last_used_at)

    @admin.display(description=_("ends"), ordering="expires_at")
    def ends(self, token: Token) -> str:
        return short(token.expires_at)
