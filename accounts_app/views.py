"""A person's own pages: profile, application, work settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts_app import applications
from accounts_app.forms import AlertForm, MechanicForm, ProfileForm
from accounts_app.models import AlertSettings
from mechanichub.errors import NotYours

INVALID = 422  # a form with errors in it


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, phone, time zone, language."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    return page(request, "accounts_app/profile.html", form=form)


@require_http_methods(["GET", "POST"])
def mechanic_apply(request: HttpRequest) -> HttpResponse:
    """The application of a future mechanic. A visitor reads what it is about and makes an account first."""
    if not request.user.is_authenticated:
        return render(request, "accounts_app/apply_visitor.html")
    if request.user.is_mechanic:
        return redirect("mechanic-incoming")
    if request.user.is_staff:
        raise NotYours(_("Members of the support team cannot work as mechanics with the same account."))
    form = MechanicForm(
        request.POST or None, initial={"display_name": request.user.full_name, "years": None, "languages": [request.user.language]}
    )
    if form.is_valid():
        applications.apply(request.user, form.cleaned_data)
        messages.success(request, _("Thank you. Your application has arrived."))
        return redirect("mechanic-incoming")
    return page(request, "accounts_app/apply.html", form=form)


@require_http_methods(["GET", "POST"])
@login_required
def mechanic_settings(request: HttpRequest) -> HttpResponse:
    """What customers see of a mechanic, and how the mechanic hears of new work."""
    if not request.user.is_mechanic:
        raise NotYours(_("Only mechanics have work settings."))
    alerts, _made = AlertSettings.objects.get_or_create(mechanic=request.user.mechanic)
    form = MechanicForm(request.POST or None, instance=request.user.mechanic)
    alert_form = AlertForm(request.POST or None, instance=alerts)
    if form.is_valid() and alert_form.is_valid():
        form.save()
        alert_form.save()
        messages.success(request, _("Your settings are saved."))
        return redirect("mechanic-settings")
    return page(request, "accounts_app/mechanic_settings.html", form=form, alert_form=alert_form)


def page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page with a form, as invalid when its form was sent."""
    return render(request, template, context, status=INVALID if request.method == "POST" else 200)
