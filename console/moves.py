"""Moves as buttons: the admin acts through the same verbs as every other edge, one row at a time.

A page that mixes in `WithMoves` shows those of its buttons that are legal now, and offers some of them in its list for several
rows. What a verb refuses is shown in the verb's own words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts_app.models import User
from mechanichub.errors import DomainError
from mechanichub.forms import Form

MOST_AT_ONCE = 100


class MoveForm(Form):
    """What a move asks for. `row` is what is moved, None when it is several."""

    def __init__(self, row: Model | None, *args: Any, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)


class ReasonForm(MoveForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        error_messages={"required": gettext_lazy("Please give a reason.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True, kw_only=True)
class Button:
    """A move as staff see it.

    Args:
        name: as in the table of moves.
        label: what the button says.
        done: what is said afterwards, behind the name of the row.
        verb: called with the row's key, `by`, and what the form asked for.
        is_danger: it ends something.
        for_many: it is offered in the list.
    """

    name: str
    label: str | Promise
    done: str | Promise
    verb: Callable[..., object]
    form: type[MoveForm] = ReasonForm
    is_danger: bool = False
    for_many: bool = True


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a move.

    Args:
        row: what the row is called.
        words: what is said about it.
        address: the row's page.
    """

    row: str
    moved: bool
    words: str
    address: str


class WithMoves:
    """Mixed into a ModelAdmin."""

    buttons: tuple[Button, ...] = ()

    def legal(self, row: Any, by: User) -> list[str]:
        """The names of the buttons that `by` may press now."""
        raise NotImplementedError

    def called(self, row: Any) -> str:
        """What a row is called where it is reported on."""
        return str(row)

    def obstacle(self, row: Any, button: Button) -> str:
        """Why a move will be refused, as far as the row itself tells; "" when it may well be possible."""
        return ""

    def has_move_permission(self, request: HttpRequest) -> bool:
        opts = self.opts
        return request.user.has_perm(f"{opts.app_label}.change_{opts.model_name}")

    def moves_for(self, request: HttpRequest, row: Any) -> list[tuple[Button, MoveForm]]:
        """The buttons to show on the row's page, each with its empty form."""
        if not self.has_move_permission(request):
            return []
        names = self.legal(row, request.user)
        return [(button, button.form(row, auto_id=f"{button.name}-%s")) for button in self.buttons if button.name in names]

    # --- one row -----------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        view = self.admin_site.admin_view(require_POST(self.move_view))
        return [path("<path:object_id>/move/<slug:name>/", view, name=name), *super().get_urls()]

    def move_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """A button was pressed."""
        if not self.has_move_permission(request):
            raise PermissionDenied
        row, button = self.get_object(request, unquote(object_id)), self.button(name)
        if row is None or button is None:
            raise Http404
        form = button.form(row, request.POST)
        if form.is_valid():
            outcome = self.move(request, row, button, form.cleaned_data)
            say = messages.success if outcome.moved else messages.warning
            say(request, f"{outcome.row}: {outcome.words}" + ("." if outcome.moved else ""))
        else:
            messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    def button(self, name: str) -> Button | None:
        return next((button for button in self.buttons if button.name == name), None)

    def move(self, request: HttpRequest, row: Any, button: Button, told: dict[str, Any]) -> Outcome:
        """Calls the verb; what became of it."""
        named = {"row": self.called(row), "address": self.address(row)}
        try:
            button.verb(row.pk, by=request.user, **told)
        except DomainError as refusal:
            return Outcome(moved=False, words=refusal.detail, **named)
        except Http404:
            return Outcome(moved=False, words=_("It is not there any more."), **named)
        self.log(request, row, ": ".join(filter(None, [str(button.label), told.get("reason")])))
        return Outcome(moved=True, words=str(button.done), **named)

    def address(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def log(self, request: HttpRequest, row: Any, words: str) -> None:
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(row),
            object_id=row.pk,
            object_repr=self.called(row)[:200],
            action_flag=CHANGE,
            change_message=words,
        )

    # --- several -----------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, tuple]:
        actions = super().get_actions(request)
        if self.has_move_permission(request):
            mine = [button for button in self.buttons if button.for_many]
            actions |= {button.name: (partial(_move_many, button), button.name, button.label) for button in mine}
        return actions

    def move_many(self, request: HttpRequest, rows: QuerySet, button: Button) -> HttpResponse | None:
        """Asks for what the move needs to know, then moves one after the other; what one refuses does not stop the next."""
        chosen = list(rows[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            messages.warning(request, _("Please choose at most %(most)s at once.") % {"most": MOST_AT_ONCE})
            return None
        form = button.form(None, request.POST if "go" in request.POST else None)
        if not form.is_valid():
            return self.ask(request, chosen, button, form)
        return self.tell(request, [self.move(request, row, button, form.cleaned_data) for row in chosen], button)

    def ask(self, request: HttpRequest, rows: list[Any], button: Button, form: MoveForm) -> HttpResponse:
        told = {"rows": [(row.pk, self.called(row), self.obstacle(row, button)) for row in rows], "form": form}
        return self.about_many(request, button, len(rows), "admin/move_many.html", told)

    def tell(self, request: HttpRequest, outcomes: list[Outcome], button: Button) -> HttpResponse:
        """Which were moved, and which were not and why: those first."""
        moved = sum(outcome.moved for outcome in outcomes)
        told = {"outcomes": sorted(outcomes, key=lambda outcome: outcome.moved), "moved": moved, "refused": len(outcomes) - moved}
        return self.about_many(request, button, len(outcomes), "admin/moved_many.html", told)

    def about_many(self, request: HttpRequest, button: Button, count: int, template: str, told: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{button.label}: {count} {self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural}",
            "opts": self.opts,
            "button": button,
            "back": request.get_full_path(),
            **told,
        }
        return TemplateResponse(request, template, context)


def _move_many(button: Button, model_admin: WithMoves, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
    return model_admin.move_many(request, rows, button)
