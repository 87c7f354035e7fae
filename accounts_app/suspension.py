"""The page on which staff suspend a mechanic: what becomes of each session in hand is said, and for a live one asked, beforehand."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts_app.models import Mechanic
from lifecycle import people
from lifecycle.people import Decision, Fate
from mechanichub.errors import DomainError
from mechanichub.forms import Form
from sessions_app.models import Session
from sessions_app.moves import HELD, LIVE

PERMISSION = "accounts_app.suspend_mechanic"
INVALID = 422


class MechanicChoice(forms.ModelChoiceField):
    def label_from_instance(self, mechanic: Mechanic) -> str:
        duty = _("on duty") if mechanic.on_duty else _("off duty")
        places = ngettext("%(count)s free place", "%(count)s free places", mechanic.free_places) % {"count": mechanic.free_places}
        return f"{mechanic.display_name}: {duty}, {places}"


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("The mechanic reads this, on the dashboard and by e-mail."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please give a reason.")},
    )


class LiveForm(Form):
    """What becomes of one live session."""

    fate = forms.ChoiceField(
        label=gettext_lazy("What becomes of it?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please decide what becomes of this session.")},
    )
    mechanic = MechanicChoice(
        Mechanic.objects.none(), label=gettext_lazy("Another mechanic"), required=False, empty_label=gettext_lazy("Choose one")
    )

    def __init__(self, session: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=str(session.pk), **kwargs)
        self.session = session
        names = {"customer": session.customer.short_name, "mechanic": session.mechanic.display_name}
        self.fields["fate"].choices = [
            (Fate.FINISH, _("Let them finish it. %(mechanic)s takes nothing new, and is suspended when it has ended.") % names),
            (Fate.HAND_OVER, _("Hand it over. %(customer)s waits in the room for the other one; the time begins anew.") % names),
            (Fate.BREAK_OFF, _("Break it off. It ends as cancelled, and %(customer)s is told that the support team ended it.") % names),
        ]
        others = Mechanic.objects.with_free_place(session.place_kind).exclude(pk__in=[session.mechanic_id, session.customer_id])
        self.fields["mechanic"].queryset = others
        self.fields["mechanic"].error_messages["invalid_choice"] = _("This mechanic has no free place any more. Please choose another one.")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("fate") == Fate.HAND_OVER and not told.get("mechanic") and "mechanic" not in self.errors:
            self.add_error("mechanic", _("Please choose who gets it."))
        return told

    @property
    def decision(self) -> Decision:
        fate = Fate(self.cleaned_data["fate"])
        to = self.cleaned_data["mechanic"]
        return Decision(fate, to.pk if to and fate == Fate.HAND_OVER else None)


class Suspension:
    """One mechanic, what he has in hand, and the forms about it."""

    def __init__(self, mechanic: Mechanic, data: Any = None) -> None:
        self.who = mechanic
        self.form = ReasonForm(data, initial={"reason": mechanic.leaves_because})
        self.forms = [LiveForm(session, data) for session in self.held if session.status == LIVE]

    @cached_property
    def held(self) -> list[Session]:
        rows = self.who.sessions.filter(status__in=HELD).select_related("customer", "mechanic", "request__intake")
        return list(rows.order_by("accepted_at"))

    @property
    def waiting(self) -> list[Session]:
        return [session for session in self.held if session.status != LIVE]

    def is_valid(self) -> bool:
        wrong = [form for form in (self.form, *self.forms) if not form.is_valid()]  # each of them is to say what is wrong with it
        return not wrong

    def decisions(self) -> dict[UUID, Decision]:
        return {form.session.pk: form.decision for form in self.forms}


def page(model_admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """GET: what would happen. POST: it happens, all of it or nothing."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    mechanic = model_admin.get_object(request, object_id)
    if mechanic is None or mechanic.standing != Mechanic.Standing.APPROVED:
        raise Http404
    asked = Suspension(mechanic, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not asked.is_valid():
        return show(model_admin, request, asked, status=INVALID if request.method == "POST" else 200)
    reason = asked.form.cleaned_data["reason"]
    try:
        done = people.suspend(mechanic.pk, by=request.user, reason=reason, live=asked.decisions())
    except DomainError as refusal:
        afresh = Suspension(mechanic, request.POST)  # what he holds may have changed, and that may be why
        afresh.is_valid()
        afresh.form.add_error(None, refusal.detail)
        return show(model_admin, request, afresh, status=refusal.status)
    words = _("is suspended when the live session has ended") if done.leaves_because else _("may not take sessions any more")
    model_admin.log(request, mechanic, _("Suspend: %(reason)s") % {"reason": reason})
    messages.success(request, f"{mechanic.display_name}: {words}.")
    return redirect(reverse("admin:accounts_app_mechanic_change", args=[mechanic.pk]))


def show(model_admin: Any, request: HttpRequest, asked: Suspension, *, status: int) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Suspend %(mechanic)s") % {"mechanic": asked.who.display_name},
        "opts": model_admin.opts,
        "mechanic": asked.who,
        "asked": asked,
    }
    return TemplateResponse(request, "admin/accounts_app/mechanic/suspend.html", context, status=status)
