"""Questions about requests that have a meaning in the product."""

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts_app.models import Brand
from sessions_app import moves


class SessionRequestQuerySet(models.QuerySet):
    def with_status(self) -> "SessionRequestQuerySet":
        """Adds `status`, derived from the session: the only place where a request's status comes from."""
        accepted = When(session__status__in=moves.HELD, then=Value("accepted"))
        unpaid = When(session__status=moves.AWAITING_PAYMENT, then=Value("unpaid"))
        return self.annotate(status=Case(accepted, unpaid, default=F("session__status"), output_field=models.CharField()))

    def with_card(self) -> "SessionRequestQuerySet":
        """Loads all that its card and its intake show; not the search words, which are longer than the rest together."""
        # These are mostly empty. As joins they would double the time that PostgreSQL takes to plan the query.
        seldom = ("preferred_mechanic", "follows")
        name = Subquery(Brand.objects.filter(pk=OuterRef("requested_brand")).values("name"))
        known = self.annotate(brand_name=Coalesce(name, F("requested_brand"), output_field=models.CharField()))
        return known.select_related("session", "intake", "preferred_workshop").prefetch_related(*seldom).defer("intake__words")

    def in_queue(self) -> "SessionRequestQuerySet":
        """What a mechanic may take, the longest waiting first."""
        return self.filter(session__status__in=moves.IN_QUEUE).order_by("session__queued_at", "pk")


def words_query(text: str) -> SearchQuery | None:
    """A search for all words of `text`, each as a prefix; None when there is no word in it.

    Each word is quoted, so that PostgreSQL takes "O'Brien", "F-150" or "CR-V" apart as it did with the text that is searched.
    """
    words = [word for word in text.split() if any(map(str.isalnum, word))][:8]
    quoted = [word.replace("\\", "").replace("'", "''") for word in words]
    return SearchQuery(" & ".join(f"'{word}':*" for word in quoted), search_type="raw", config="simple") if words else None
