"""A workshop's own webhooks: to whom they lead, what was sent there, and what was answered."""

import json
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from webhooks_app import access, managing
from webhooks_app.forms import WebhookForm
from webhooks_app.models import Delivery, Webhook
from webhooks_app.payload import payload, with_what_it_tells

INVALID = 422
SHOWN = 50  # deliveries on a page


@require_GET
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """All webhooks of the own workshops."""
    workshops = access.workshops_of(request.user)
    mine = Webhook.objects.of(request.user).select_related("workshop").with_counts()
    return render(request, "webhooks_app/webhooks.html", {"webhooks": mine, "workshops": workshops})


@require_http_methods(["GET", "POST"])
@login_required
def add(request: HttpRequest) -> HttpResponse:
    workshops = access.workshops_of(request.user)
    form = WebhookForm(request.POST if request.method == "POST" else None, workshops=workshops)
    if form.is_valid():
        told = {"workshop": workshops[0]} | form.cleaned_data
        webhook = managing.add(by=request.user, **told)
        messages.success(request, _("The webhook is made. Now give its secret to your program."))
        return redirect("webhook", webhook.pk)
    context = {"form": form, "heading": _("Add a webhook")}
    return render(request, "webhooks_app/edit.html", context, status=INVALID if form.is_bound else 200)


@require_GET
@login_required
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One webhook, and its last deliveries; `?state=given_up` shows those that did not arrive."""
    webhook = access.webhook_for(request.user, pk)
    state = request.GET.get("state", "")
    deliveries = webhook.deliveries.for_show()
    if state in ("waiting", "given_up"):
        deliveries = deliveries.filter(state=state)
    deliveries = list(deliveries[:SHOWN])
    moves_soon = any(each.is_on_its_way for each in deliveries)
    context = {"webhook": webhook, "deliveries": deliveries, "state": state, "most": SHOWN, "moves_soon": moves_soon}
    return render(request, "webhooks_app/_deliveries.html" if request.htmx else "webhooks_app/webhook.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    webhook = access.webhook_for(request.user, pk)
    initial = {"name": webhook.name, "url": webhook.url, "events": webhook.events}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        managing.change(webhook.pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("The webhook is saved."))
        return redirect("webhook", webhook.pk)
    context = {"form": form, "heading": webhook.name, "webhook": webhook}
    return render(request, "webhooks_app/edit.html", context, status=INVALID if form.is_bound else 200)


@require_GET
@login_required
def secret(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The secret, to an owner who has shown a moment ago who he is."""
    return show_secret(request, access.webhook_for(request.user, pk))


@reauthentication_required
def show_secret(request: HttpRequest, webhook: Webhook) -> HttpResponse:
    return render(request, "webhooks_app/secret.html", {"webhook": webhook})


@require_POST
@login_required
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    managing.rotate(access.webhook_for(request.user, pk).pk, by=request.user)
    messages.success(request, _("There is a new secret. The former one signs as well until tomorrow."))
    return redirect("webhook-secret", pk)


@require_POST
@login_required
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    managing.send_test(access.webhook_for(request.user, pk).pk, by=request.user)
    messages.success(request, _("A test is on its way. What the server answers stands in the list below."))
    return redirect("webhook", pk)


@require_POST
@login_required
def off(request: HttpRequest, pk: UUID) -> HttpResponse:
    managing.switch_off(access.webhook_for(request.user, pk).pk, by=request.user)
    messages.success(request, _("The webhook is switched off. What happens from now on is not told to it."))
    return redirect("webhook", pk)


@require_POST
@login_required
def on(request: HttpRequest, pk: UUID) -> HttpResponse:
    managing.switch_on(access.webhook_for(request.user, pk).pk, by=request.user)
    messages.success(request, _("The webhook is switched on."))
    return redirect("webhook", pk)


@require_GET
@login_required
def delivery(request: HttpRequest, webhook_pk: UUID, pk: UUID) -> HttpResponse:
    """What was sent, and how each attempt went."""
    delivery = access.delivery_for(request.user, webhook_pk, pk)
    message = payload(with_what_it_tells(Delivery.objects).get(pk=delivery.pk))
    context = {"delivery": delivery, "webhook": delivery.webhook, "message": json.dumps(message, indent=2, ensure_ascii=False)}
    return render(request, "webhooks_app/delivery.html", context)


@require_POST
@login_required
def again(request: HttpRequest, webhook_pk: UUID, pk: UUID) -> HttpResponse:
    managing.send_again(access.delivery_for(request.user, webhook_pk, pk).pk, by=request.user)
    messages.success(request, _("It is sent again."))
    return redirect("webhook-delivery", webhook_pk, pk)
