"""What stays of a session for one reader: the report and all around it, the same on the page, in print and in the PDF."""

from dataclasses import dataclass

from django.conf import settings

from accounts_app.models import User
from diagnostics_app.findings import Answer, checks_of
from files_app import shelf
from files_app.models import SessionFile
from requests_app.models import Intake
from sessions_app.access import CUSTOMER, SEES, STAFF, said_why
from sessions_app.models import Report, Review, Session


@dataclass(kw_only=True)
class Summary:
    """What one reader may know of a session.

    Args:
        report: what the mechanic wrote, or None.
        checks: the answered steps of the guided check (diagnostics_app.findings), in order.
        photos: those that are ready, in order, with their `.number`, and how many `.strokes` are drawn on each.
        other_files: clips and documents that are ready.
        files_unavailable: whether files do not work just now, so that nobody knows which there are.
        files_need_reason: whether this is staff who did not say yet why they look.
        shows_contact: whether the reader may know how to reach the customer.
        review: the customer's stars, when there are some that this reader may see.
    """

    session: Session
    role: str
    intake: Intake
    customer_name: str
    report: Report | None
    checks: list[Answer]
    photos: list[SessionFile]
    other_files: list[SessionFile]
    files_unavailable: bool
    files_need_reason: bool
    shows_contact: bool
    review: Review | None

    @property
    def ended_early(self) -> bool:
        """Live for so short a time that it counts as cancelled."""
        session = self.session
        if session.status != Session.Status.CANCELLED or not session.started_at:
            return False
        return (session.ended_at - session.started_at).total_seconds() < settings.SHORTEST_SESSION

    @property
    def shortest(self) -> int:
        """How many seconds a session lasts at least, to count."""
        return settings.SHORTEST_SESSION


def of(session: Session, user: User) -> Summary:
    """The summary for this person, who sees the session as `session.role` and may see its report."""
    intake, role = session.request.intake, session.role
    may_look = role != STAFF or said_why(session, user)
    review = Review.objects.filter(session=session).first()
    files = shelf.of(session, user) if may_look else shelf.Shelf()
    ready = [file for file in files.files if file.state == SessionFile.State.READY]
    photos = numbered([file for file in ready if file.kind == SessionFile.Kind.PHOTO], session)
    return Summary(
        session=session,
        role=role,
        intake=intake,
        customer_name=session.request.customer_name,
        report=Report.objects.filter(session=session).first(),
        checks=checks_of(session),
        photos=photos,
        other_files=[file for file in ready if file.kind != SessionFile.Kind.PHOTO],
        files_unavailable=files.unavailable,
        files_need_reason=not may_look,
        shows_contact=role in SEES["contact"] and may_look,
        review=review if review and (not review.is_hidden or role in (CUSTOMER, STAFF)) else None,
    )


def numbered(photos: list[SessionFile], session: Session) -> list[SessionFile]:
    """The photos with their numbers: captions and the guided check name them by these."""
    for number, file in enumerate(photos, start=1):
        file.session, file.number = session, number
    return photos


def photos_of(answer: Answer, photos: list[SessionFile]) -> list[SessionFile]:
    """Those of the photos that show what was found in a step."""
    shown = {file.pk for file in answer.evidence}
    return [file for file in photos if file.pk in shown]
