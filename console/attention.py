"""What needs somebody's attention now."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts_app.models import Mechanic
from files_app import shelf, storage
from files_app.models import SessionFile
from sessions_app.models import Session

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Concern:
    """Something on the first page that somebody should look at.

    Args:
        permission: who may see the rows behind it.
    """

    text: str | Promise
    count: int
    address: str
    permission: str


def attention() -> list[Concern]:
    """What needs attention now; a count of 0 is good news and is said as well."""
    sessions, mechanics = reverse("admin:sessions_app_session_changelist"), reverse("admin:accounts_app_mechanic_changelist")
    jobs = reverse("admin:procrastinate_procrastinatejob_changelist")
    return [
        Concern(
            _("Sessions that no mechanic has taken in time"),
            Session.objects.filter(status="unattended").count(),
            f"{sessions}?status__exact=unattended",
            "sessions_app.view_session",
        ),
        Concern(
            _("Mechanics who wait for an answer to their application"),
            Mechanic.objects.filter(standing="applied").count(),
            f"{mechanics}?standing__exact=applied",
            "accounts_app.view_mechanic",
        ),
        Concern(
            _("Jobs that failed"),
            ProcrastinateJob.objects.filter(status="failed").count(),
            f"{jobs}?status__exact=failed",
            "procrastinate.view_procrastinatejob",
        ),
        *about_files(),
    ]


def about_files() -> list[Concern]:
    """What needs attention among files; when they do not work at all, that."""
    files, permission = reverse("admin:files_app_sessionfile_changelist"), "files_app.view_sessionfile"
    lately = localtime().replace(hour=0, minute=0, second=0, microsecond=0) - LATELY
    with shelf.guarded():
        storage.refuse_when_down()
        refused = SessionFile.objects.filter(state="refused", created_at__gte=lately).count()
        missing = SessionFile.objects.filter(missing_since__isnull=False).count()
        asked = urlencode({"state__exact": "refused", "created_at__gte": lately.isoformat()})
        return [
            Concern(_("Files that were refused in the last week"), refused, f"{files}?{asked}", permission),
            Concern(_("Files that are missing in the storage"), missing, f"{files}?object=missing", permission),
        ]
    return [Concern(_("Files are not available just now"), 1, reverse("readyz"), permission)]
