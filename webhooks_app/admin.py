"""Webhooks in the console: whose they are and how they do, each delivery with its attempts, and sending it again."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts_app.models import User
from console.base import ChoiceFilter, Kept, NeedsAttention, Observed, badge, session_link, short
from console.moves import Button, MoveForm, WithMoves
from mechanichub.forms import ModelForm
from webhooks_app import kinds, managing
from webhooks_app.forms import checked_url
from webhooks_app.models import Delivery, Webhook
from webhooks_app.payload import payload, with_what_it_tells

LEVELS = {Delivery.State.WAITING: "info", Delivery.State.DELIVERED: "ok", Delivery.State.GIVEN_UP: "danger"}


class WhetherOn(ChoiceFilter):
    title, parameter_name, choices_known = _("switched"), "is", [("on", _("on")), ("off", _("off"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(disabled_at__isnull=self.value() == "on") if self.value() in ("on", "off") else queryset


class WhoseItIs(ChoiceFilter):
    title, parameter_name = _("made for"), "for"
    choices_known = [("workshop", _("a workshop")), ("integrator", _("an integrator"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("workshop", "integrator"):
            return queryset
        return queryset.filter(workshop__isnull=self.value() == "integrator")


class WebhookAdminForm(ModelForm):
    """Of a webhook that staff make, or put right."""

    events = forms.MultipleChoiceField(
        label=_("Events"), required=False, choices=kinds.LABELS.items(), widget=forms.CheckboxSelectMultiple, help_text=_("None means all.")
    )

    class Meta:
        model = Webhook
        fields = ("name", "url", "events")

    def clean_url(self) -> str:
        return checked_url(self.cleaned_data["url"])


@admin.register(Webhook)
class WebhookAdmin(WithMoves, Kept):
    """Workshops make theirs themselves. The one that is made here is for an integrator, and hears of every session."""

    form = WebhookAdminForm
    list_display = ("name", "state_badge", "made_for", "url", "failing", "created")
    list_filter = (NeedsAttention, WhetherOn, WhoseItIs)
    list_select_related = ("workshop__owner", "created_by")
    search_fields = ("name", "url", "workshop__name", "created_by__email")
    search_in = _("Name, address, workshop, or the e-mail address of who made it")
    fields = ("name", "url", "events", "made_for", "state_badge", "disabled_reason", "failing", "created_by", "created", "deliveries_link")
    readonly_fields = ("made_for", "state_badge", "disabled_reason", "failing", "created_by", "created", "deliveries_link")
    buttons = (
        Button(name="test", label=_("Send a test"), done=_("a test is on its way"), verb=managing.send_test, form=MoveForm, for_many=False),
        Button(name="switch_on", label=_("Switch on"), done=_("switched on"), verb=managing.switch_on, form=MoveForm),
        Button(name="switch_off", label=_("Switch off"), done=_("switched off"), verb=managing.switch_off, is_danger=True),
        Button(
            name="rotate",
            label=_("Make a new secret"),
            done=_("has a new secret; the former one signs as well for a day"),
            verb=managing.rotate,
            form=MoveForm,
            for_many=False,
        ),
    )

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> tuple[str, ...]:
        return self.fields if obj else ("name", "url", "events")

    def legal(self, row: Webhook, by: User) -> list[str]:
        if not row.is_active:
            return ["switch_on"]
        return ["test", "switch_off"] if row.workshop_id else ["test", "switch_off", "rotate"]

    def save_model(self, request: HttpRequest, obj: Webhook, form: Any, change: bool) -> None:
        told = {name: form.cleaned_data[name] for name in ("name", "url", "events")}
        if change:
            managing.change(obj.pk, by=request.user, **told)
        else:
            obj.pk = managing.add(by=request.user, workshop=None, **told).pk
            obj._state.adding = False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        more = {"moves": self.moves_for(request, row), "has_secret": self.may_see_secret(request, row)} if row else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    # --- the secret of an integrator's, for whoever hands it over ---------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.secret_view)
        return [path("<path:object_id>/secret/", view, name="webhooks_app_webhook_secret"), *super().get_urls()]

    def may_see_secret(self, request: HttpRequest, row: Webhook) -> bool:
        """A workshop's own is nobody else's business."""
        return row.workshop_id is None and self.has_change_permission(request, row)

    def secret_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.may_see_secret(request, row):
            raise PermissionDenied
        self.log(request, row, str(_("Looked at the secret")))
        context = {**self.admin_site.each_context(request), "title": row.name, "opts": self.opts, "webhook": row}
        return TemplateResponse(request, "admin/webhooks_app/webhook/secret.html", context)

    # --- columns -----------------------------------------------------------------------------------

    @admin.display(description=_("state"))
    def state_badge(self, webhook: Webhook) -> SafeString:
        if not webhook.is_active:
            return badge(_("off"))
        return badge(_("failing"), "danger") if webhook.failing_since else badge(_("on"), "ok")

    @admin.display(description=_("made for"))
    def made_for(self, webhook: Webhook) -> str:
        return str(webhook.workshop or _("an integrator"))

    @admin.display(description=_("fails since"), ordering="failing_since")
    def failing(self, webhook: Webhook) -> str:
        return short(webhook.failing_since)

    @admin.display(description=_("made"), ordering="created_at")
    def created(self, webhook: Webhook) -> str:
        return short(webhook.created_at)

    @admin.display(description=_("deliveries"))
    def deliveries_link(self, webhook: Webhook) -> SafeString:
        address = reverse("admin:webhooks_app_delivery_changelist")
        return format_html('<a href="{}?webhook={}">{}</a>', address, webhook.pk, _("All deliveries of this webhook"))


class StateFilter(ChoiceFilter):
    title, parameter_name, choices_known = _("state"), "state", Delivery.State.choices


class OfWebhook(ChoiceFilter):
    """Which webhook: the first fifty by name, and whichever the address of the page names."""

    title, parameter_name = _("webhook"), "webhook"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(str(pk), name) for pk, name in Webhook.objects.order_by("name").values_list("pk", "name")[:50]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        try:
            return queryset.filter(webhook=UUID(self.value()))
        except ValueError:
            return queryset.none()


@admin.register(Delivery)
class DeliveryAdmin(WithMoves, Observed):
    """Every event that a webhook was told of, or has yet to be told of."""

    list_display = ("type", "webhook", "session", "state_badge", "attempts", "last_answer", "next_attempt", "created")
    list_filter = (NeedsAttention, StateFilter, "created_at", OfWebhook)
    search_fields = ("webhook__name__startswith",)
    search_in = _("The beginning of a webhook's name; the id of a session or of a delivery")
    fields = ("webhook", "session", "state_badge", "attempts", "next_attempt", "delivered_at", "created", "message")
    readonly_fields = ("session", "state_badge", "next_attempt", "created", "message")
    buttons = (Button(name="send_again", label=_("Send again"), done=_("is sent again"), verb=managing.send_again, form=MoveForm),)

    def legal(self, row: Delivery, by: User) -> list[str]:
        return ["send_again"] if row.webhook.is_active else []

    def called(self, row: Delivery) -> str:
        return f"{row.type} · {row.webhook.name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).for_show()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        try:
            named = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(pk=named) | queryset.filter(event__session=named), False

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        more = {"moves": self.moves_for(request, row), "title": self.called(row), "delivery": row} if row else {}
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    @admin.display(description=_("what"))
    def type(self, delivery: Delivery) -> str:
        return delivery.type

    @admin.display(description=_("session"))
    def session(self, delivery: Delivery) -> SafeString | str:
        event = delivery.event
        return session_link(event.session_id, f"{str(event.session_id)[:8]} · {event.number}") if event else "-"

    @admin.display(description=_("state"))
    def state_badge(self, delivery: Delivery) -> SafeString:
        return badge(delivery.get_state_display(), LEVELS[Delivery.State(delivery.state)])

    @admin.display(description=_("last answer"))
    def last_answer(self, delivery: Delivery) -> str:
        return str(delivery.last.status or delivery.last.trouble) if delivery.last else "-"

    @admin.display(description=_("next attempt"), ordering="next_at")
    def next_attempt(self, delivery: Delivery) -> str:
        return str(_("after what comes before it")) if delivery.is_held_up else short(delivery.next_at)

    @admin.display(description=_("made"), ordering="created_at")
    def created(self, delivery: Delivery) -> str:
        return short(delivery.created_at)

    @admin.display(description=_("what is sent"))
    def message(self, delivery: Delivery) -> SafeString:
        told = payload(with_what_it_tells(Delivery.objects).get(pk=delivery.pk))
        return format_html('<pre class="webhook-text">{}</pre>', json.dumps(told, indent=2, ensure_ascii=False))
