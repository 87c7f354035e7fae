"""What hangs on a session: messages, files, reviews, reports. Written after all sessions, a batch of sessions in one transaction."""

import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Sum

from files_app.limits import LONGEST_NAME, MOST_BYTES, MOST_FILES
from files_app.models import SessionFile
from legacy_app.people import People
from legacy_app.source import Source
from legacy_app.survey import STARS
from sessions_app.models import Message, Participant, Report, Review, Session
from sessions_app.moves import COMPLETED

BATCH = 500  # sessions


@dataclass
class Belongings:
    """Writes them.

    Attributes:
        set_aside: (table, id, reason) of what found no place.
        fitted: (table, id, what) of what had to be fitted.
    """

    source: Source
    people: People
    now: datetime
    set_aside: list[tuple[str, UUID, str]] = field(default_factory=list)
    fitted: list[tuple[str, UUID, str]] = field(default_factory=list)

    def bring(self) -> None:
        for sessions in self._sessions():
            with transaction.atomic():
                ids = [session.pk for session in sessions]
                self._bring_messages(ids)
                self._bring_files(ids)
                self._bring_reports(sessions)
                self._bring_reviews(sessions)

    def _sessions(self) -> Iterator[list[Session]]:
        """Those that came over, in batches."""
        last = None
        while True:
            imported = Session.objects.filter(events__kind="imported").order_by("pk")
            batch = list((imported.filter(pk__gt=last) if last else imported)[:BATCH])
            if not batch:
                return
            yield batch
            last = batch[-1].pk

    def _bring_messages(self, sessions: list[UUID]) -> None:
        """Numbered in the order in which they were written, behind what was said here since."""
        here = set(Message.objects.filter(session__in=sessions).values_list("session_id", "client_id"))
        last = Counter(dict(Message.objects.filter(session__in=sessions).values_list("session").annotate(Max("number"))))
        rows = self._rows("chat_messages", sessions, "session_id, created_at, id")
        new = []
        for row in _first_of_each_id(rows):
            if (row["session_id"], row["id"]) in here:
                continue
            if not row["content"]:
                self.set_aside.append(("chat_messages", row["id"], "empty"))
                continue
            last[row["session_id"]] += 1
            new.append(
                Message(
                    session_id=row["session_id"],
                    number=last[row["session_id"]],
                    author_id=self.people.find(row["sender_id"]),
                    client_id=row["id"],
                    body=row["content"],
                    sent_at=row["created_at"] or self.now,
                    read_at=row["read_at"],
                )
            )
        self._seat((message.session_id, message.author_id) for message in new)
        Message.objects.bulk_create(new)

    def _bring_files(self, sessions: list[UUID]) -> None:
        """The rows. Their objects lie where the old system kept them until they are copied, and are inspected then like any other."""
        files = SessionFile.objects.filter(session__in=sessions).exclude(state="refused")
        room = {pk: (number, size) for pk, number, size in files.values_list("session").annotate(Count("id"), Sum("size"))}
        here = set(SessionFile.objects.filter(session__in=sessions).values_list("pk", flat=True))
        new = []
        for row in _first_of_each_id(self._rows("session_files", sessions, "session_id, created_at, id")):
            if row["id"] in here:
                continue
            number, size = room.get(row["session_id"], (0, 0))
            bytes_now = max(row["file_size"] or 0, 0)
            if number == MOST_FILES or size + bytes_now > MOST_BYTES:
                self.set_aside.append(("session_files", row["id"], "too_many_files"))
                continue
            room[row["session_id"]] = number + 1, size + bytes_now
            new.append(self._file(row, bytes_now))
        self._seat((file.session_id, file.uploader_id) for file in new)
        SessionFile.objects.bulk_create(new)

    def _file(self, row: dict, size: int) -> SessionFile:
        name = (row["file_name"] or "").strip() or f"file{mimetypes.guess_extension(row['file_type'] or '') or ''}"
        return SessionFile(
            pk=row["id"],
            session_id=row["session_id"],
            uploader_id=self.people.find(row["uploaded_by"]),
            client_id=row["id"],
            name=name[-LONGEST_NAME:],
            size=size,
            pieces=[f"legacy/{row['storage_path']}"],
            created_at=row["created_at"] or self.now,
        )

    def _bring_reports(self, sessions: list[Session]) -> None:
        """What the mechanic noted at the end, as findings."""
        completed = {session.pk: session for session in sessions if session.status == COMPLETED}
        here = set(Report.objects.filter(session__in=completed).values_list("pk", flat=True))
        rows = self.source.rows("sessions", "t.id = ANY(%s)", [list(completed.keys() - here)])
        Report.objects.bulk_create(
            Report(
                session_id=row["id"],
                findings=_findings(row),
                severity=Report.Severity.INFO,
                safe_to_drive=True,
                currency=completed[row["id"]].currency,
                submitted_at=row["summary_submitted_at"] or completed[row["id"]].ended_at,
            )
            for row in _first_of_each_id(rows)
            if _findings(row)
        )

    def _bring_reviews(self, sessions: list[Session]) -> None:
        """The review's own row, else the stars in the session's row; of completed sessions alone."""
        known = {session.pk: session for session in sessions}
        here = set(Review.objects.filter(session__in=sessions).values_list("pk", flat=True))
        stars: dict[UUID, Review] = {}
        for row in self._rows("mechanic_reviews", list(known), "session_id, created_at, id"):
            if row["rating"] in STARS and row["session_id"] not in stars:
                stars[row["session_id"]] = self._review(row["session_id"], row["rating"], row["review_text"], row["created_at"])
        for row in (
            self.source.rows("sessions", "t.id = ANY(%s) AND t.rating IS NOT NULL", [list(known)])
            if self.source.has("sessions", "rating")
            else ()
        ):
            if row["rating"] in STARS and row["id"] not in stars:
                stars[row["id"]] = self._review(row["id"], row["rating"], row["rating_comment"], row["ended_at"])
        for pk in [pk for pk in stars if known[pk].status != COMPLETED]:
            self.set_aside.append(("mechanic_reviews", pk, "session_not_completed"))
            del stars[pk]
        Review.objects.bulk_create(review for pk, review in stars.items() if pk not in here)

    def _review(self, session: UUID, stars: int, text: str | None, at: datetime | None) -> Review:
        return Review(session_id=session, completed_by=1, stars=stars, text=text or "", created_at=at or self.now)

    def _rows(self, table: str, sessions: list[UUID], order: str) -> Iterator[dict]:
        return self.source.rows(table, "t.session_id = ANY(%s)", [sessions], order=order)

    def _seat(self, people: Iterable[tuple[UUID, UUID | None]]) -> None:
        """Who wrote or sent something took part, also when the session's row does not know it; his part is over."""
        wanted = {pair for pair in people if pair[1]}
        seated = set(Participant.objects.filter(session__in=[session for session, _user in wanted]).values_list("session_id", "user_id"))
        mechanics = set(self.people.mechanics.values())
        Participant.objects.bulk_create(
            Participant(session_id=session, user_id=user, role="mechanic" if user in mechanics else "staff", until=self.now)
            for session, user in wanted - seated
        )


def _findings(row: dict) -> str:
    summary = row["summary_data"] if isinstance(row["summary_data"], dict) else {}
    said = [summary.get(name) for name in ("findings", "summary", "diagnosis", "recommendations")]
    return "\n\n".join(text for text in [*said, row["mechanic_notes"]] if isinstance(text, str) and text.strip())


def _first_of_each_id(rows: Iterable[dict]) -> Iterator[dict]:
    seen = set()
    for row in rows:
        if row["id"] not in seen:
            yield row
        seen.add(row["id"])
