"""Questions about sessions that have a meaning in the product."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from accounts_app.models import User
from accounts_app.roles import SEE
from sessions_app.moves import ENDED, HELD, IN_QUEUE, OPEN


class SessionQuerySet(models.QuerySet):
    def open(self) -> "SessionQuerySet":
        return self.filter(status__in=OPEN)

    def ahead_of(self, session: models.Model) -> "SessionQuerySet":
        """What stands before this session in the queue."""
        earlier = Q(queued_at__lt=session.queued_at) | Q(queued_at=session.queued_at, id__lt=session.pk)
        return self.filter(earlier, status__in=IN_QUEUE)

    def active_for(self, user: User) -> "SessionQuerySet":
        """What this mechanic has in hand, the longest held first."""
        return self.filter(mechanic_id=user.pk, status__in=HELD).order_by("accepted_at", "id")

    def completed_by(self, user: User) -> "SessionQuerySet":
        return self.filter(mechanic_id=user.pk, status="completed").order_by("-ended_at", "-id")

    def history_of(self, user: User) -> "SessionQuerySet":
        """All that this mechanic had and that has ended, completed or not, the latest first."""
        return self.filter(mechanic_id=user.pk, status__in=ENDED).order_by("-ended_at", "-id")

    def left_by(self, user: User) -> "SessionQuerySet":
        """What this mechanic held until his part in it ended: given back, taken from him, or broken off; the latest first.

        Adds `left_at` and `left_why`.
        """
        seat = Q(participants__user=user, participants__role="mechanic", participants__until__isnull=False)
        # The move that ended his part was written at the very same time.
        moves = self.model._meta.get_field("events").related_model.objects
        why = moves.filter(session=OuterRef("pk"), created_at=OuterRef("participants__until")).order_by().values("reason")[:1]
        left = self.filter(seat).annotate(left_at=F("participants__until"), left_why=Subquery(why))
        return left.order_by("-left_at", "-id")

    def ended_of(self, customer: User) -> "SessionQuerySet":
        """All of a customer's sessions that have ended, the latest first."""
        return self.filter(customer=customer, status__in=ENDED).order_by("-created_at", "-id")

    def visible_to(self, user: User) -> "SessionQuerySet":
        """What this person may see at all (docs/ARCHITECTURE.md, rights): own, held, once held, of the own workshop; staff see all."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff and user.has_perm(SEE):
            return self
        taking_part = user.participations.all()
        if user.is_mechanic and not user.mechanic.may_hold:
            taking_part = taking_part.exclude(role="mechanic")
        return self.filter(Q(pk__in=taking_part.values("session")) | Q(mechanic__workshop__owner=user))
