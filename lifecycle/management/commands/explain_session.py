"""`manage.py explain_session ID`: where a session stands, what happened to it, and what to do about it. The first characters will do."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle.diagnosis import diagnose
from requests_app.finding import SHORTEST_ID, id_span
from sessions_app import timeline
from sessions_app.access import STAFF
from sessions_app.models import Session


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the session's id, or its first characters")

    def handle(self, *, id: str, **options: object) -> None:
        session = self.find(id.strip().lower())
        self.stdout.write(
            self.style.MIGRATE_HEADING(f"{session.get_type_display()} of {session.request.customer_name}: {session.get_status_display()}")
        )
        self.stdout.write(f"{session.pk}\n")
        found = diagnose(session)
        for sentence in found.sentences:
            self.stdout.write(f"  {sentence}")
        self.stdout.write(self.style.WARNING(f"  {found.why}") if found.why else self.style.SUCCESS("  Nothing has to be done."))
        self.stdout.write("\nWhat happened")
        for sentence in timeline.sentences(session, STAFF):
            self.stdout.write(f"  {sentence.at:%Y-%m-%d %H:%M:%S}  {sentence.text}" + (f" ({sentence.detail})" if sentence.detail else ""))

    def find(self, start: str) -> Session:
        """The one session whose id begins like this.

        Raises:
            CommandError: there is none, or more than one, or too little was given.
        """
        if len(start) < SHORTEST_ID:
            raise CommandError(f"Please give at least {SHORTEST_ID} characters of the id.")
        sessions = Session.objects.select_related("customer", "mechanic", "request__intake", "report").prefetch_related("participants")
        found = list(sessions.filter(pk__range=span)[:2]) if (span := id_span(start)) else []
        if not found:
            raise CommandError(f"There is no session whose id begins with {start!r}.")
        if len(found) > 1:
            raise CommandError(f"Several sessions begin with {start!r}: please give more of the id.")
        return found[0]
