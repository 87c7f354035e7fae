"""People in the admin: who they are, and whether they may work."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.models import AlertSettings, Mechanic, Place, User, Workshop
from console.base import Kept, NeedsAttention, Observed, badge, session_link
from console.moves import Button, MoveForm, WithMoves
from lifecycle import people
from mechanichub.forms import ModelForm, WordsField

STANDING_LEVELS = {Mechanic.Standing.APPLIED: "warn", Mechanic.Standing.APPROVED: "ok", Mechanic.Standing.SUSPENDED: "danger"}


class UserForm(ModelForm):
    """Nobody is shut out in the middle of something."""

    class Meta:
        widgets = {"groups": forms.CheckboxSelectMultiple}

    def clean_is_active(self) -> bool:
        active = self.cleaned_data["is_active"]
        if not active and self.instance.sessions.open().exists():
            raise ValidationError(_("This customer has an open session. End it first."))
        if not active and self.instance.is_mechanic and self.instance.mechanic.sessions.open().exists():
            raise ValidationError(_("This mechanic has a session with a customer. Suspend the mechanic first."))
        return active


@admin.register(User)
class UserAdmin(Kept):
    """Whoever signs in. Address, phone, password and second factor are the person's own business; rights are a superuser's."""

    form = UserForm
    list_display = ("full_name", "email", "is_a_mechanic", "is_staff", "is_active", "date_joined")
    list_display_links = ("full_name", "email")
    list_filter = ("is_staff", "is_active")
    list_select_related = ("mechanic",)
    search_fields = ("full_name", "email")
    search_in = gettext_lazy("Name or e-mail address")
    ordering = ("-date_joined",)
    fields = ("full_name", "email", "timezone", "date_joined", "last_login", "is_active", "is_staff", "is_superuser", "groups")
    readonly_fields = ("email", "timezone", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        rights = () if request.user.is_superuser else ("is_staff", "is_superuser", "groups")
        return (*self.readonly_fields, *rights)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        people.rights_changed(obj.pk)

    @admin.display(description=gettext_lazy("mechanic"), boolean=True)
    def is_a_mechanic(self, user: User) -> bool:
        return user.is_mechanic


class MechanicProfileForm(ModelForm):
    """What staff may put right in a profile."""

    keywords = WordsField(required=False, widget=forms.TextInput(attrs={"size": 80}))
    certifications = WordsField(required=False, most=10, word_length=80, widget=forms.TextInput(attrs={"size": 80}))


@admin.register(Mechanic)
class MechanicAdmin(WithMoves, Kept):
    """Who may work. Standing changes by the buttons alone; a suspension gives waiting sessions back to the queue."""

    form = MechanicProfileForm
    list_display = ("display_name", "standing_badge", "on_duty", "brand_list", "workshop", "city", "years", "applied_at", "last_seen_at")
    list_filter = (NeedsAttention, "standing", "on_duty")
    list_select_related = ("workshop",)
    search_fields = ("display_name", "user__full_name", "user__email", "city", "workshop__name")
    search_in = gettext_lazy("Name, e-mail address, city or workshop")
    ordering = ("standing", "display_name")
    fields = (
        "standing_badge",
        "standing_reason",
        "on_duty",
        "last_seen_at",
        "user",
        "applied_at",
        "display_name",
        "workshop",
        "bio",
        "brand_list",
        "keywords",
        "certifications",
        "language_list",
        "years",
        ("city", "postal_code", "country"),
        "place_list",
    )
    readonly_fields = (
        "place_list",
        "standing_badge",
        "standing_reason",
        "on_duty",
        "last_seen_at",
        "user",
        "applied_at",
        "brand_list",
        "language_list",
    )
    raw_id_fields = ("workshop",)
    buttons = (
        Button(name="approve", label=gettext_lazy("Approve"), done=gettext_lazy("approved"), verb=people.approve, form=MoveForm),
        Button(
            name="suspend",
            label=gettext_lazy("Suspend or turn down"),
            done=gettext_lazy("may not take sessions any more"),
            verb=people.suspend,
            is_danger=True,
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a mechanic applies

    def legal(self, row: Mechanic, by: User) -> list[str]:
        return {
            Mechanic.Standing.APPLIED: ["approve", "suspend"],
            Mechanic.Standing.APPROVED: ["suspend"],
            Mechanic.Standing.SUSPENDED: ["approve"],
        }[row.standing]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        moves = self.moves_for(request, row) if row else []
        return super().change_view(request, object_id, form_url, {"moves": moves, **(extra_context or {})})

    @admin.display(description=gettext_lazy("standing"), ordering="standing")
    def standing_badge(self, mechanic: Mechanic) -> str:
        return badge(mechanic.get_standing_display(), STANDING_LEVELS[mechanic.standing])

    @admin.display(description=gettext_lazy("brands"))
    def brand_list(self, mechanic: Mechanic) -> str:
        return ", ".join(mechanic.brands)

    @admin.display(description=gettext_lazy("places"))
    def place_list(self, mechanic: Mechanic) -> SafeString | str:
        """What can be held at once, and who is there now."""
        places = mechanic.places.select_related("session__customer")
        rows = ((place.get_kind_display(), place.number, _holder(place)) for place in places)
        return format_html_join(mark_safe("<br>"), "{} {}: {}", rows) or "-"

    @admin.display(description=gettext_lazy("languages"))
    def language_list(self, mechanic: Mechanic) -> str:
        return ", ".join(mechanic.languages)


def _holder(place: Place) -> SafeString | str:
    return session_link(place.session.pk, place.session.customer) if hasattr(place, "session") else _("free")


@admin.register(Workshop)
class WorkshopAdmin(Kept):
    form = ModelForm
    list_display = ("name", "owner", "city", "country")
    list_select_related = ("owner",)
    search_fields = ("name", "city", "owner__full_name", "owner__email")
    fields = ("name", "slug", "owner", "country", "city", "postal_code")
    raw_id_fields = ("owner",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Place)
class PlaceAdmin(Observed):
    list_display = ("mechanic", "kind", "number", "is_taken")
    list_filter = ("kind",)
    list_select_related = ("mechanic", "session")
    search_fields = ("mechanic__display_name",)

    @admin.display(description=gettext_lazy("taken"), boolean=True)
    def is_taken(self, place: Place) -> bool:
        return hasattr(place, "session")


@admin.register(AlertSettings)
class AlertSettingsAdmin(Observed):
    """The mechanic's own choice."""

    list_display = ("mechanic", "sound", "browser", "push", "email", "quiet_from", "quiet_until")
    list_select_related = ("mechanic",)
    search_fields = ("mechanic__display_name",)


@admin.register(EmailAddress)
class EmailAddressAdmin(Observed):
    list_display = ("email", "user", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email", "user__full_name")


@admin.register(Authenticator)
class AuthenticatorAdmin(Observed):
    """That somebody has a second factor, and since when; never the secret of it."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__full_name", "user__email")
    fields = ("user", "type", "created_at", "last_used_at")


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    """What a part of the support team may do. For superusers: who gives rights could give them to himself."""

    search_fields = ("name",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = lambda self, request, obj=None: (
        request.user.is_superuser
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "permissions":
            field.queryset = field.queryset.select_related("content_type")  # its name is part of every choice
            field.widget.attrs["size"] = 20
        return field
