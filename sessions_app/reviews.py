"""The customer's stars."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts_app.models import User
from lifecycle import record
from mechanichub.errors import NotPossible, NotYours
from sessions_app.models import Review
from sessions_app.moves import COMPLETED


@transaction.atomic
def review(session_id: UUID, *, by: User, stars: int, text: str = "") -> Review:
    """Rates a completed session, once.

    Args:
        stars: 1 to 5.

    Raises:
        Http404: there is no such session.
        NotYours: not the customer.
        NotPossible: not completed, or rated already.
    """
    session = record.lock(session_id)
    if by.pk != session.customer_id:
        raise NotYours(_("Only the customer can rate a session."))
    if session.status != COMPLETED:
        raise NotPossible(_("A session can be rated when it is completed."))
    if Review.objects.filter(session=session).exists():
        raise NotPossible(_("You have rated this session already. Thank you!"))
    written = Review.objects.create(session=session, completed_by=session.version, stars=stars, text=text)
    record.remark(session, "reviewed", by=by, data={"stars": stars})
    record.tell(session)
    return written
