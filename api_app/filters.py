"""What lists can be narrowed by, in the address."""

from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, DateFilter, FilterSet

from dashboard.queries import ACTIVE, COMPLETED, GIVEN_BACK, HISTORY
from mechanichub.forms import Form
from requests_app.models import SessionRequest
from sessions_app.models import Session

OPEN, PAST = "open", "past"  # of a customer; the others are the tabs of a mechanic
PENDING, UNATTENDED = "pending", "unattended"


class Narrowed(FilterSet):
    """What the search on the dashboard understands (dashboard.queries.Listing)."""

    q = CharFilter(label=_("Words in name, car or concern; each may be the beginning of one."), max_length=100)
    type = ChoiceFilter(label=_("The type of session."), choices=Session.Type.choices)
    from_day = DateFilter(label=_("On this day where you are, or later."))
    to_day = DateFilter(label=_("On this day where you are, or earlier."))
    mechanic = CharFilter(label=_("For the support team: whose work, by id."), max_length=36)


class SessionFilter(Narrowed):
    view = ChoiceFilter(
        label=_("Which of yours: open or past ones of a customer; active, completed or history of a mechanic, as on the tabs."),
        choices=[
            (OPEN, _("open")),
            (PAST, _("past")),
            (ACTIVE.name, ACTIVE.title),
            (COMPLETED.name, COMPLETED.title),
            (HISTORY.name, HISTORY.title),
        ],
    )
    outcome = ChoiceFilter(
        label=_("In the history: how it ended."),
        choices=[
            (Session.Status.COMPLETED.value, _("completed")),
            (Session.Status.CANCELLED.value, _("cancelled")),
            (GIVEN_BACK, _("given back")),
        ],
    )

    class Meta:
        model = Session
        fields: list[str] = []
        form = Form


class RequestFilter(Narrowed):
    status = ChoiceFilter(
        label=_("pending: all that wait for a mechanic, the unattended ones too; unattended: those alone, which nobody took in time."),
        choices=[(PENDING, _("pending")), (UNATTENDED, _("unattended"))],
    )
    urgent = BooleanFilter(label=_("true: only urgent ones."))

    class Meta:
        model = SessionRequest
        fields: list[str] = []
        form = Form
