"""People in the admin: who they are, and whether they may work."""

from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts_app import suspension
from accounts_app.filters import BrandFilter, ConfirmedFilter, CountryFilter, JoinedFilter, LeavingFilter, RoleFilter, WorkshopFilter
from accounts_app.models import AlertSettings, Brand, Mechanic, Place, User, Workshop
from accounts_app.roles import GIVE_ROLES, ROLES
from accounts_app.sheets import MechanicSheet, UserSheet
from console import customer_view
from console.base import Kept, NeedsAttention, Observed, badge, session_link, short
from console.exporting import Exported
from console.moves import Button, MoveForm, Outcome, ReasonForm, WithMoves
from lifecycle import people
from mechanichub.forms import ModelForm, WordsField
from requests_app import in_a_name
from sessions_app.models import Session

STANDING_LEVELS = {
    Mechanic.Standing.APPLIED: "warn",
    Mechanic.Standing.APPROVED: "ok",
    Mechanic.Standing.DECLINED: "outline",
    Mechanic.Standing.SUSPENDED: "danger",
}
LATEST = 10  # sessions on a customer's page


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
class UserAdmin(Exported, Kept):
    """Whoever signs in. Address, phone, password and second factor are the person's own business.

    From a customer's page staff see the site as the customer does, and ask for help in the customer's name.
    """

    form, sheet = UserForm, UserSheet
    list_display = ("full_name", "email", "is_confirmed", "is_a_mechanic", "is_staff", "is_active", "date_joined")
    list_display_links = ("full_name", "email")
    list_filter = (RoleFilter, ConfirmedFilter, "is_active", JoinedFilter)
    list_select_related = ("mechanic",)
    search_fields = ("full_name", "email")
    search_in = gettext_lazy("Name or e-mail address")
    ordering = ("-date_joined",)
    fields = (
        "full_name",
        ("email", "is_confirmed"),
        "timezone",
        ("date_joined", "last_login"),
        "session_list",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
    )
    readonly_fields = ("email", "is_confirmed", "timezone", "date_joined", "last_login", "session_list")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *self.rights_kept(request.user, obj))

    def rights_kept(self, by: User, user: User | None) -> tuple[str, ...]:
        """The rights that `by` cannot give: an administrator makes no superusers, changes none, and does not promote himself."""
        if by.is_superuser:
            return ()
        if by.has_perm(GIVE_ROLES) and user and not user.is_superuser and user != by:
            return ("is_superuser",)
        return ("is_staff", "is_superuser", "groups", *(("is_active",) if user and user.is_superuser else ()))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        people.rights_changed(obj.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        confirmed = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
        return super().get_queryset(request).select_related("mechanic").annotate(has_confirmed=confirmed)

    @admin.display(description=gettext_lazy("mechanic"), boolean=True)
    def is_a_mechanic(self, user: User) -> bool:
        return user.is_mechanic

    @admin.display(description=gettext_lazy("address confirmed"), boolean=True)
    def is_confirmed(self, user: User) -> bool:
        return user.has_confirmed

    @admin.display(description=gettext_lazy("latest sessions"))
    def session_list(self, user: User) -> SafeString | str:
        latest = user.sessions.select_related("request__intake").order_by("-created_at")[:LATEST]
        rows = (
            (short(row.created_at), session_link(row.pk, row.request.intake.car or row.type), row.get_status_display()) for row in latest
        )
        return format_html_join(mark_safe("<br>"), "{}: {}, {}", rows) or "-"

    # --- on a customer's behalf ------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        def guarded(view: Any) -> Any:
            return self.admin_site.admin_view(require_POST(view))

        return [
            path("leave-view/", guarded(customer_view.leave), name="accounts_app_user_leave_view"),
            path("<uuid:object_id>/see-as/", guarded(self.see_as), name="accounts_app_user_see_as"),
            path("<uuid:object_id>/ask-for/", self.admin_site.admin_view(in_a_name.ask_for), name="accounts_app_user_ask_for"),
            *super().get_urls(),
        ]

    def see_as(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        form = ReasonForm(None, request.POST)
        if form.is_valid():
            return customer_view.enter(request, object_id, form.cleaned_data["reason"])
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("admin:accounts_app_user_change", object_id)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        person = self.get_object(request, object_id)
        is_customer = bool(person) and customer_view.is_customer(person)
        context = {
            "see_as": ReasonForm(None, auto_id="see-as-%s") if is_customer and customer_view.may(request) else None,
            "may_ask_for": is_customer and request.user.has_perm(in_a_name.PERMISSION),
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})


class MechanicProfileForm(ModelForm):
    """What staff may put right in a profile."""

    keywords = WordsField(required=False, widget=forms.TextInput(attrs={"size": 80}))
    certifications = WordsField(required=False, most=10, word_length=80, widget=forms.TextInput(attrs={"size": 80}))


@admin.register(Mechanic)
class MechanicAdmin(WithMoves, Exported, Kept):
    """Who may work. Standing changes by the buttons alone; a suspension has a page of its own, which asks about live sessions.

    The page shows all that is needed to decide about an application.
    """

    form, sheet = MechanicProfileForm, MechanicSheet
    list_display = ("display_name", "standing_badge", "on_duty", "brand_list", "workshop", "city", "years", "applied_at", "last_seen_at")
    list_filter = (NeedsAttention, "standing", "on_duty", LeavingFilter, WorkshopFilter, CountryFilter, BrandFilter)
    list_select_related = ("workshop", "user")
    search_fields = ("display_name", "user__full_name", "user__email", "city", "workshop__name")
    search_in = gettext_lazy("Name, e-mail address, city or workshop")
    ordering = ("standing", "display_name")
    fieldsets = (
        (None, {"fields": (("standing_badge", "why"), ("on_duty", "last_seen_at"), "place_list")}),
        (gettext_lazy("Who it is"), {"fields": ("user", "contact", "is_confirmed", "joined", "as_customer", "same_phone")}),
        (
            gettext_lazy("What customers read"),
            {"fields": ("display_name", "picture", "bio", "brand_list", "keywords", "certifications", "language_list", "years")},
        ),
        (gettext_lazy("Where"), {"fields": ("workshop", ("city", "postal_code", "country"), "applied_at")}),
    )
    readonly_fields = (
        "standing_badge",
        "why",
        "on_duty",
        "last_seen_at",
        "place_list",
        "user",
        "contact",
        "is_confirmed",
        "joined",
        "as_customer",
        "same_phone",
        "picture",
        "brand_list",
        "language_list",
        "applied_at",
    )
    raw_id_fields = ("workshop",)
    buttons = (
        Button(name="approve", label=gettext_lazy("Approve"), done=gettext_lazy("approved"), verb=people.approve, form=MoveForm),
        Button(name="turn_down", label=gettext_lazy("Turn down"), done=gettext_lazy("turned down"), verb=people.turn_down, is_danger=True),
        Button(
            name="suspend",
            label=gettext_lazy("Suspend"),
            done=gettext_lazy("may not take sessions any more"),
            verb=people.suspend,
            is_danger=True,
        ),
    )
    PERMISSIONS = {"approve": "approve_mechanic", "turn_down": "approve_mechanic", "suspend": "suspend_mechanic"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a mechanic applies

    def legal(self, row: Mechanic, by: User) -> list[str]:
        """The names of the buttons on the page; a suspension is decided on a page of its own."""
        names = {
            Mechanic.Standing.APPLIED: ["approve", "turn_down"],
            Mechanic.Standing.APPROVED: ["approve"] if row.leaves_because else [],
            Mechanic.Standing.DECLINED: ["approve"],
            Mechanic.Standing.SUSPENDED: ["approve"],
        }[Mechanic.Standing(row.standing)]
        return [name for name in names if self.may(by, name)]

    def may(self, by: User, name: str) -> bool:
        return by.has_perm(f"accounts_app.{self.PERMISSIONS[name]}")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return any(self.may(request.user, name) for name in self.PERMISSIONS)

    def get_actions(self, request: HttpRequest) -> dict[str, tuple]:
        return {name: action for name, action in super().get_actions(request).items() if self.may(request.user, name)}

    def move(self, request: HttpRequest, row: Mechanic, button: Button, told: dict[str, Any]) -> Outcome:
        if not self.may(request.user, button.name):
            raise PermissionDenied
        return super().move(request, row, button, told)

    def get_urls(self) -> list[URLPattern]:
        suspend = self.admin_site.admin_view(partial(suspension.page, self))
        return [path("<uuid:object_id>/suspend/", suspend, name="accounts_app_mechanic_suspend"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        moves = self.moves_for(request, row) if row else []
        may_suspend = bool(row) and row.standing == Mechanic.Standing.APPROVED and self.may(request.user, "suspend")
        context = {"moves": moves, "may_suspend": may_suspend, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mechanic]:
        return super().get_queryset(request).select_related("user", "workshop")

    @admin.display(description=gettext_lazy("standing"), ordering="standing")
    def standing_badge(self, mechanic: Mechanic) -> str:
        if mechanic.leaves_because:
            return badge(_("finishes, then suspended"), "warn")
        return badge(mechanic.get_standing_display(), STANDING_LEVELS[Mechanic.Standing(mechanic.standing)])

    @admin.display(description=gettext_lazy("why"))
    def why(self, mechanic: Mechanic) -> str:
        return mechanic.leaves_because or mechanic.standing_reason or "-"

    @admin.display(description=gettext_lazy("how to reach the person"))
    def contact(self, mechanic: Mechanic) -> str:
        return ", ".join(filter(None, [mechanic.user.email, str(mechanic.user.phone)]))

    @admin.display(description=gettext_lazy("address confirmed"), boolean=True)
    def is_confirmed(self, mechanic: Mechanic) -> bool:
        return EmailAddress.objects.filter(user=mechanic.pk, verified=True).exists()

    @admin.display(description=gettext_lazy("account made"))
    def joined(self, mechanic: Mechanic) -> str:
        return short(mechanic.user.date_joined)

    @admin.display(description=gettext_lazy("as a customer"))
    def as_customer(self, mechanic: Mechanic) -> str:
        """Somebody who asked for help here before is no stranger."""
        asked = mechanic.user.sessions.count()
        return ngettext("%(count)s session", "%(count)s sessions", asked) % {"count": asked} if asked else _("never")

    @admin.display(description=gettext_lazy("others with this phone number"))
    def same_phone(self, mechanic: Mechanic) -> SafeString | str:
        """The same person may have been suspended under another name."""
        phone = mechanic.user.phone
        others = User.objects.select_related("mechanic").filter(phone=phone).exclude(pk=mechanic.pk)[:LATEST] if phone else []
        return format_html_join(mark_safe("<br>"), "{}{}", ((person_link(each), _standing_of(each)) for each in others)) or _("nobody")

    @admin.display(description=gettext_lazy("photo"))
    def picture(self, mechanic: Mechanic) -> SafeString | str:
        return format_html('<img class="mechanic-photo" src="{}" alt="">', mechanic.photo.url) if mechanic.photo else "-"

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


def person_link(user: User) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:accounts_app_user_change", args=[user.pk]), user)


def _standing_of(user: User) -> str:
    return f": {user.mechanic.get_standing_display()}" if user.is_mechanic else ""


def _session(session: Session) -> SafeString:
    return session_link(session.pk, session.request.intake.car or session.get_type_display())


def _holder(place: Place) -> SafeString | str:
    return session_link(place.session.pk, place.session.customer) if hasattr(place, "session") else _("free")


class WorkshopForm(ModelForm):
    """An owner can be anybody but staff: who sees a workshop's sessions as its owner should not see them as staff too."""

    def clean_owner(self) -> User:
        owner = self.cleaned_data["owner"]
        if owner.is_staff:
            raise ValidationError(_("Members of the support team cannot own a workshop with the same account."))
        return owner


@admin.register(Workshop)
class WorkshopAdmin(Kept):
    """Garages, whose they are and who works for them."""

    form = WorkshopForm
    list_display = ("name", "owner", "member_count", "city", "country")
    list_filter = (CountryFilter,)
    list_select_related = ("owner",)
    search_fields = ("name", "city", "owner__full_name", "owner__email")
    search_in = gettext_lazy("Name, city, or the owner's name or e-mail address")
    fields = ("name", "slug", "owner", "country", "city", "postal_code", "members")
    readonly_fields = ("members",)
    raw_id_fields = ("owner",)
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workshop]:
        approved = Count("mechanics", filter=Q(mechanics__standing=Mechanic.Standing.APPROVED))
        return super().get_queryset(request).select_related("owner").annotate(approved=approved)

    @admin.display(description=gettext_lazy("approved mechanics"), ordering="approved")
    def member_count(self, workshop: Workshop) -> int:
        return workshop.approved

    @admin.display(description=gettext_lazy("mechanics"))
    def members(self, workshop: Workshop) -> SafeString | str:
        """Who works for it; it is chosen on the mechanic's own page."""
        found = workshop.mechanics.order_by("display_name") if workshop.pk else []
        return format_html_join(mark_safe("<br>"), "{} {}", ((mechanic_link(each), each.get_standing_display()) for each in found)) or "-"


def mechanic_link(mechanic: Mechanic) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:accounts_app_mechanic_change", args=[mechanic.pk]), mechanic)


@admin.register(Brand)
class BrandAdmin(Kept):
    """The makes that mechanics know and customers ask for. One that is switched off stays where it was chosen, and is offered nowhere."""

    form = ModelForm
    list_display = ("name", "slug", "is_offered", "mechanic_count")
    list_filter = ("is_offered",)
    list_per_page = 200
    search_fields = ("name", "slug")
    search_in = gettext_lazy("Name")
    fields = ("name", "slug", "is_offered")
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Brand | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Brand | None = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else self.prepopulated_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        return super().get_queryset(request).with_mechanic_count()

    @admin.display(description=gettext_lazy("approved mechanics"), ordering="mechanic_count")
    def mechanic_count(self, brand: Brand) -> SafeString | int:
        address = f"{reverse('admin:accounts_app_mechanic_changelist')}?brand={brand.slug}&standing__exact=approved"
        return format_html('<a href="{}">{}</a>', address, brand.mechanic_count) if brand.mechanic_count else 0


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
    """What a part of the support team may do. The three roles are what accounts_app/roles.py says; others are made here, and nobody
    puts permissions into one that he has not got himself.
    """

    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With what each permission is about, which its name begins with: a role that is only shown names all of them."""
        return super().get_queryset(request).prefetch_related("permissions__content_type")

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self.may_shape(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or self.may_shape(request.user, obj))

    def may_shape(self, by: User, group: Group) -> bool:
        if not hasattr(group, "gives"):  # a page asks often
            group.gives = {f"{app}.{name}" for app, name in group.permissions.values_list("content_type__app_label", "codename")}
        return group.name not in ROLES and by.has_perms(group.gives)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "permissions":
            field.queryset = field.queryset.select_related("content_type")  # its name is part of every choice
            if not request.user.is_superuser:
                field.queryset = field.queryset.filter(group__user=request.user).distinct()
            field.widget.attrs["size"] = 20
        return field
