"""What the support team did: who, what, on which row, why and when, the newest first.

What happened to a session stands on its timeline, everything else in the log of the console: edits, approvals, exports, sessions
looked at as their customer. The log's line about the move of a session is left out, because the timeline has it already.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from django import forms
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.sites import AdminSite
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts_app.models import User
from accounts_app.roles import SEE, SEE_ACTIONS
from console.base import Observed
from mechanichub.forms import Form
from sessions_app.models import Session, SessionEvent

PAGE = 50  # actions
TIMELINE, LOG = "timeline", "log"
EXPORT = "export"

# What the team does with sessions, as it is told here; other moves are told by their names.
DONE: dict[str, str | Promise] = {
    "submit": gettext_lazy("asked for help in the customer's name"),
    "assign": gettext_lazy("gave it to a mechanic"),
    "release": gettext_lazy("gave it back to the queue"),
    "requeue": gettext_lazy("put it into the queue again"),
    "complete": gettext_lazy("completed it"),
    "cancel": gettext_lazy("cancelled it"),
    "abort": gettext_lazy("broke it off"),
    "looked_at": gettext_lazy("looked at conversation and contact data"),
    "files_removed": gettext_lazy("deleted its files"),
}
FLAGS = {ADDITION: gettext_lazy("added it"), CHANGE: gettext_lazy("changed it"), DELETION: gettext_lazy("deleted it")}


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that somebody of the team did.

    Args:
        row: what it was done to, in words.
        address: the page of that row, "" when there is none for this reader.
        place: where it stands in the list.
    """

    at: datetime
    who: User
    what: str | Promise
    kind_of_row: str | Promise
    row: str
    address: str
    why: str
    place: "Place"

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True, order=True)
class Place:
    """Where an action stands: by time, then by where it is kept, then by number."""

    at: datetime
    source: str
    number: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.number}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """What str() gave.

        Raises:
            Http404: it is none.
        """
        at, _tilde, rest = text.partition("~")
        source, _tilde, number = rest.partition("~")
        try:
            moment = parse_datetime(at)
        except ValueError:
            moment = None
        if not (moment and timezone.is_aware(moment) and source in (TIMELINE, LOG) and number.isdecimal() and len(number) < 19):
            raise Http404
        return cls(moment, source, int(number))

    def after(self, source: str, clock: str) -> Q:
        """The rows of a source that follow this place in the list."""
        at_once = Q(pk__lt=self.number) if source == self.source else Q() if source < self.source else Q(pk=None)
        return Q(**{f"{clock}__lt": self.at}) | Q(**{clock: self.at}) & at_once


class Asked(Form):
    """Whose actions, of which kind, and of which days."""

    who = forms.CharField(label=gettext_lazy("Who (name or e-mail)"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def __init__(self, site: AdminSite, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = sorted((str(model._meta.verbose_name_plural), model._meta.label_lower) for model in changed_here(site))
        self.fields["kind"].choices = [
            ("", _("everything")),
            (_("with a session"), list(DONE.items())),
            (_("with other rows"), [(label, name) for name, label in rows]),
            (_("with lists"), [(EXPORT, _("exported it"))]),
        ]

    def sieve(self, clock: str, person: str) -> Q:
        """What the form asks of the rows of either source."""
        told, wanted = self.cleaned_data, Q()
        for word in told["who"].split():
            wanted &= Q(**{f"{person}__full_name__icontains": word}) | Q(**{f"{person}__email__icontains": word})
        if told["since"]:
            wanted &= Q(**{f"{clock}__gte": _midnight(told["since"])})
        if told["until"]:
            wanted &= Q(**{f"{clock}__lt": _midnight(told["until"]) + timedelta(days=1)})
        return wanted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def changed_here(site: AdminSite) -> list[type[Model]]:
    """The models whose rows somebody can change in the console."""
    return [model for model, model_admin in site._registry.items() if _is_changed(model_admin)]


def _is_changed(model_admin: Any) -> bool:
    return not isinstance(model_admin, Observed)


# --- the two sources ---------------------------------------------------------------------------------


def with_sessions(kind: str) -> QuerySet[SessionEvent]:
    """What the team did with sessions; `kind` is a key of DONE, or "" for all of it."""
    events = SessionEvent.objects.filter(by_staff=True).select_related("actor", "session__request")
    return (events.filter(kind=kind) if kind else events).order_by("-created_at", "-id")


def with_other_rows(kind: str) -> QuerySet[LogEntry]:
    """What else it did; `kind` is "app.model", EXPORT, or "" for all of it."""
    of_a_session = Q(content_type=ContentType.objects.get_for_model(Session), object_id__isnull=False)
    entries = LogEntry.objects.exclude(of_a_session).select_related("user", "content_type")
    if kind == EXPORT:
        entries = entries.filter(object_id=None)
    elif kind:
        app, model = kind.split(".")
        entries = entries.filter(content_type__app_label=app, content_type__model=model, object_id__isnull=False)
    return entries.order_by("-action_time", "-id")


def actions(asked: Asked, reader: User, after: Place | None = None) -> Iterator[Action]:
    """What was done, the newest first; each source is read no further than PAGE and one more.

    Args:
        asked: a valid form.
        reader: who sees it; of what he may not see he sees that it was done, and no way to it.
    """
    kind, sources = asked.cleaned_data["kind"], []
    if (not kind or kind in DONE) and reader.has_perm(SEE):
        events = with_sessions(kind).filter(asked.sieve("created_at", "actor"))
        events = events.filter(after.after(TIMELINE, "created_at")) if after else events
        sources.append(of_event(event) for event in events[: PAGE + 1])
    if kind not in DONE:
        entries = with_other_rows(kind).filter(asked.sieve("action_time", "user"))
        entries = entries.filter(after.after(LOG, "action_time")) if after else entries
        sources.append(of_entry(entry, reader) for entry in entries[: PAGE + 1])
    return merge(*sources, key=lambda action: action.place, reverse=True)


def of_event(event: SessionEvent) -> Action:
    return Action(
        at=event.created_at,
        who=event.actor,
        what=DONE.get(event.kind, event.kind),
        kind_of_row=Session._meta.verbose_name,
        row=event.session.request.customer_name,
        address=reverse("admin:sessions_app_session_change", args=[event.session_id]),
        why=event.reason,
        place=Place(event.created_at, TIMELINE, event.pk),
    )


def of_entry(entry: LogEntry, reader: User) -> Action:
    """A line of the log. What a button or an export wrote is "what: why"; what a form wrote is for Django to say."""
    model = entry.content_type.model_class() if entry.content_type else None
    told, why = entry.get_change_message(), ""
    if not entry.change_message.startswith("["):
        told, _colon, why = told.partition(": ")
    return Action(
        at=entry.action_time,
        who=entry.user,
        what=told or FLAGS.get(entry.action_flag, ""),
        kind_of_row=model._meta.verbose_name if model and entry.object_id else "",
        row=entry.object_repr,
        address=_page_of(entry, model, reader),
        why=why,
        place=Place(entry.action_time, LOG, entry.pk),
    )


def _page_of(entry: LogEntry, model: type[Model] | None, reader: User) -> str:
    if model is None or entry.is_deletion() or not reader.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        return ""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    try:
        return reverse(f"{name}_change", args=[entry.object_id]) if entry.object_id else reverse(f"{name}_changelist")
    except NoReverseMatch:  # it was in the console once
        return ""


# --- its page ----------------------------------------------------------------------------------------


def latest_of(person: User, most: int) -> list[Action]:
    """What somebody did last, for themselves."""
    events = (of_event(event) for event in with_sessions("").filter(actor=person)[:most])
    entries = (of_entry(entry, person) for entry in with_other_rows("").filter(user=person)[:most])
    return list(islice(merge(events, entries, key=lambda action: action.place, reverse=True), most))


def page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """`/admin/actions/`: filters, and PAGE actions; `?after=<place>` goes on."""
    if not request.user.has_perm(SEE_ACTIONS):
        raise PermissionDenied
    after = Place.read(request.GET["after"]) if "after" in request.GET else None
    asked = Asked(site, {name: request.GET.get(name, "") for name in Asked.base_fields})
    found = list(islice(actions(asked, request.user, after), PAGE + 1)) if asked.is_valid() else []
    wanted = {name: value for name, value in asked.data.items() if value}
    context = {
        **site.each_context(request),
        "title": _("What the team did"),
        "asked": asked,
        "is_filtered": bool(wanted),
        "actions": found[:PAGE],
        "newest": f"?{urlencode(wanted)}" if after else "",
        "older": f"?{urlencode(wanted | {'after': found[PAGE - 1].place})}" if len(found) > PAGE else "",
    }
    return TemplateResponse(request, "console/actions.html", context)
