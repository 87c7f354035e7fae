"""The board that mechanics look at: what goes up, what comes down, and who is called when nobody takes it."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from accounts_app.models import Mechanic
from live import push
from requests_app import matching
from requests_app.models import SessionRequest
from sessions_app.models import Session


def element_id(session_id) -> str:
    """The id of a request's card on every page."""
    return f"request-{session_id}"


def show(request: SessionRequest) -> None:
    """Puts the card up on the dashboards of those who may take it: rendered once, whoever sees it."""
    card = render_to_string("dashboard/_request_card.html", {"request_row": request})
    push.html(matching.audience(request), "incoming", card)


def take_down(request: SessionRequest, taken_by: Mechanic | None = None) -> None:
    """Takes the card off every dashboard, saying who was faster."""
    text = _("Taken by %(mechanic)s") % {"mechanic": taken_by.display_name} if taken_by else _("Cancelled")
    push.gone(everybody_who_sees(request), element_id(request.pk), text)


def look_again(mechanic: Mechanic) -> None:
    """Has this mechanic's own pages read their board again, after it changed for him alone."""
    push.changed([f"mechanic.{mechanic.pk}"], "incoming")


def everybody_who_sees(request: SessionRequest) -> list[str]:
    """All groups that the card may have gone to since it was submitted."""
    brand = f".{request.requested_brand}" if request.requested_brand else ""
    groups = [f"queue.all{brand}", f"queue.duty{brand}"]
    return [*groups, f"queue.mechanic.{request.preferred_mechanic_id}"] if request.preferred_mechanic_id else groups


def alert(session: Session) -> None:
    """Has the worker write to staff and to mechanics who are off duty; the jobs are committed with the escalation or not at all."""
    for task in ("alert_staff", "alert_mechanics"):
        app.configure_task(task).defer(session_id=str(session.pk))
