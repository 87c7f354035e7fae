"""Whose are files that were sent before there is a session: those of an intake that is still being written.

A bundle belongs to the browser in which the intake is written, and once its writer has signed in, to that person. The browser keeps
the ids in a signed cookie and not in its session: several files set out at the same moment, and a visitor's first answers would each
bring another session.
"""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts_app.models import User
from files_app import shelf
from files_app.models import Arrival, Bundle, SessionFile, Upload
from live import push
from mechanichub.errors import NotYours
from sessions_app.models import Session

logger = logging.getLogger(__name__)

COOKIE = "unsent-files"
REMEMBERED = 20  # ids in one browser: each intake page that is opened brings one
KEPT_FOR = timedelta(days=1)  # after the last file


# --- whose it is ---------------------------------------------------------------------------------


def of(request: HttpRequest) -> QuerySet[Bundle]:
    """The bundles that this browser, and the person who is signed in there, may see and add to."""
    mine = Q(pk__in=known(request), user=None)
    return Bundle.objects.filter(mine | Q(user=request.user) if request.user.is_authenticated else mine)


def find(request: HttpRequest, pk: UUID) -> Bundle | None:
    """The bundle; None as long as nothing was sent under this id.

    Raises:
        Http404: it is somebody else's.
    """
    bundle = of(request).filter(pk=pk).first()
    if bundle is None and Bundle.objects.filter(pk=pk).exists():
        raise Http404
    return bundle


def opened(request: HttpRequest, pk: UUID) -> Bundle:
    """The bundle, to send a file; made when it is the first one. The answer must `remember` it.

    Raises:
        Http404: it is somebody else's.
        NotYours: a mechanic, who asks nobody for help.
    """
    user = request.user if request.user.is_authenticated else None
    if user and user.is_mechanic:
        raise NotYours(_("Mechanics cannot ask for help here; please use a customer's account."))
    bundle, made = Bundle.objects.get_or_create(pk=pk, defaults={"user": user})
    if not made and not of(request).filter(pk=pk).exists():
        raise Http404
    return bundle


def adopt(request: HttpRequest, pk: UUID) -> None:
    """From now on it is this person's, in any browser, when it was written in this one. Never fails."""
    with shelf.guarded():
        of(request).filter(pk=pk, user=None).update(user=request.user)


# --- what a browser remembers --------------------------------------------------------------------


def known(request: HttpRequest) -> list[UUID]:
    """The ids that this browser remembers, the latest first."""
    text = request.get_signed_cookie(COOKIE, default="", max_age=KEPT_FOR)
    return [UUID(each) for each in text.split(".") if each]


def remember(request: HttpRequest, response: HttpResponse, pk: UUID) -> None:
    """Has the browser remember a bundle that it may use."""
    ids = [pk, *(each for each in known(request) if each != pk)][:REMEMBERED]
    text = ".".join(each.hex for each in ids)
    safety = {"httponly": True, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    response.set_signed_cookie(COOKIE, text, max_age=KEPT_FOR, **safety)


def for_page(request: HttpRequest, named: str = "") -> UUID:
    """The id that an intake page sends its files under. Never fails.

    Args:
        named: what its form says; it counts, unless it is somebody else's. Otherwise, for an empty page, it is that of the files which
            were sent from here and not claimed yet, or a new one.
    """
    pk = _uuid(named)
    with shelf.guarded():
        if pk and (of(request).filter(pk=pk).exists() or not Bundle.objects.filter(pk=pk).exists()):
            return pk
        return of(request).order_by("-created_at").values_list("pk", flat=True).first() or uuid4()
    return pk or uuid4()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def shelf_of(request: HttpRequest, pk: UUID) -> shelf.Shelf:
    """What was sent so far under this id. Never fails."""
    with shelf.guarded():
        return shelf.of_bundle(of(request).filter(pk=pk).first())
    return shelf.Shelf(unavailable=True)


def named(request: HttpRequest, pk: UUID) -> UUID | None:
    """The bundle of this id, when this browser or person may use it, or else None. Never fails."""
    with shelf.guarded():
        return pk if of(request).filter(pk=pk).exists() else None
    return pk if pk in known(request) else None


# --- on to its session ---------------------------------------------------------------------------


def claim_at_once(pk: UUID, session_id: UUID) -> None:
    """`claim`, for whom it must not cost anything: what fails now is done by the job that lifecycle.queue.submit has left."""
    with shelf.guarded():
        claim(pk, session_id)


@transaction.atomic
def claim(pk: UUID, session_id: UUID) -> int:
    """Gives the files of an intake to the session that it became, and those that are still arriving. Again, it finds nothing left.

    A file for which the session has no room stays behind and is swept.

    Returns:
        How many files were given.
    """
    session = Session.objects.select_related("customer").get(pk=session_id)
    # The order of locks everywhere: bundle, upload, session. A file that is just complete waits here, and goes to its session then.
    bundle = Bundle.objects.select_for_update().filter(pk=pk).first()
    if bundle is None or bundle.user_id not in (None, session.customer_id):
        return 0
    rows: list[Arrival] = [*bundle.uploads.all(), *bundle.files.all()]
    given = sum(_give(row, session, session.customer) for row in rows)
    if given == len(rows):
        bundle.delete()
    push.changed([f"session.{session.pk}"], "files", session=str(session.pk))
    return given


def _give(row: Upload | SessionFile, session: Session, customer: User) -> bool:
    try:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(session=session, bundle=None, uploader=customer)
    except IntegrityError as refusal:
        logger.warning("file %s stays outside of session %s: %s", row.pk, session.pk, str(refusal).splitlines()[0])
        return False
    return True
