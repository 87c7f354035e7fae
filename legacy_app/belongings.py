"""What hangs on a session: messages, files, reviews, reports. Written after all sessions, a batch of sessions in one transaction."""

import json
import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Sum

from files_app.limits import LONGEST_NAME, MOST_BYTES, MOST_FILES
from files_app.models import ELSEWHERE, SessionFile
from legacy_app import bulk
from legacy_app.people import People
from legacy_app.report import Report as Told
from legacy_app.stage import Stage
from legacy_app.survey import STARS
from sessions_app.models import Message, Participant, Report, Review, Session
from sessions_app.moves import COMPLETED

BATCH = 500  # sessions
MESSAGES, CHARACTERS = 1000, 4_000_000  # that are written together
LARGEST = 2**62  # bytes that a column takes


@dataclass
class Belongings:
    """Writes them.

    Args:
        told: the report; it grows by what has no place here.
        commit: without it nothing is written; what would have no place is said all the same.
    """

    stage: Stage
    people: People
    told: Told
    now: datetime
    commit: bool

    def bring(self) -> Iterator[int]:
        """Yields how many sessions are done, now and then."""
        rows = self.stage.stream("SELECT old_session, status FROM fate WHERE old_session IS NOT NULL ORDER BY 1")
        done = 0
        while batch := {row["old_session"]: row["status"] for row in islice(rows, BATCH)}:
            with transaction.atomic():
                self._bring_files(list(batch))
                self._bring_reviews(batch)
                if self.commit:
                    self._bring_messages(list(batch))
                    self._bring_reports([pk for pk, status in batch.items() if status == COMPLETED])
            yield (done := done + len(batch))

    def _stay(self, table: str, rows: list[tuple[UUID, str]]) -> None:
        self.stage.set_aside(table, rows)
        self.told.also_set_aside += ({"table": table, "id": pk, "reason": reason} for pk, reason in rows)

    # --- messages ------------------------------------------------------------------------------

    def _bring_messages(self, sessions: list[UUID]) -> None:
        """Numbered in the order in which they were written, behind what was said here since."""
        here = set(Message.objects.filter(session__among=sessions).values_list("session_id", "client_id"))
        last = Counter(dict(Message.objects.filter(session__among=sessions).values_list("session").annotate(Max("number"))))
        rows = self.stage.stream(
            """SELECT t.* FROM chat_messages t LEFT JOIN aside a ON a.tablename = 'chat_messages' AND a.line = t.line
               WHERE t.session_id = ANY(%s) AND a.line IS NULL ORDER BY t.session_id, t.created_at, t.id""",
            sessions,
        )
        for portion in _portions(row for row in rows if (row["session_id"], row["id"]) not in here):
            authors = self.people.find(row["sender_id"] for row in portion)
            new = []
            for row in portion:
                last[row["session_id"]] += 1
                new.append(
                    Message(
                        session_id=row["session_id"],
                        number=last[row["session_id"]],
                        author_id=authors.get(row["sender_id"]),
                        client_id=row["id"],
                        body=_said(row),
                        sent_at=row["created_at"] or self.now,
                        read_at=row["read_at"],
                    )
                )
            self._seat((message.session_id, message.author_id) for message in new)
            bulk.write(new)

    # --- files ---------------------------------------------------------------------------------

    def _bring_files(self, sessions: list[UUID]) -> None:
        """The rows. Their objects lie where the old system kept them until they are copied, and are inspected then like any other."""
        files = SessionFile.objects.filter(session__among=sessions).exclude(state="refused")
        room = {pk: (number, size) for pk, number, size in files.values_list("session").annotate(Count("id"), Sum("size"))}
        here = set(SessionFile.objects.filter(session__among=sessions).values_list("pk", flat=True))
        rows = self.stage.of("session_files", "session_id", sessions, order="t.session_id, t.created_at, t.id")
        uploaders = self.people.find(row["uploaded_by"] for row in rows)
        new, too_many = [], []
        for row in rows:
            if row["id"] in here:
                continue
            number, size = room.get(row["session_id"], (0, 0))
            bytes_now = min(max(row["file_size"] or 0, 0), LARGEST)
            if number == MOST_FILES or size + bytes_now > MOST_BYTES:
                too_many.append((row["id"], "too_many_files"))
                continue
            room[row["session_id"]] = number + 1, size + bytes_now
            new.append(self._file(row, bytes_now, uploaders.get(row["uploaded_by"])))
        self._stay("session_files", too_many)
        if self.commit:
            self._seat((file.session_id, file.uploader_id) for file in new)
            bulk.write(new)

    def _file(self, row: dict, size: int, uploader: UUID | None) -> SessionFile:
        name = (row["file_name"] or "").strip() or f"file{mimetypes.guess_extension(row['file_type'] or '') or ''}"
        return SessionFile(
            pk=row["id"],
            session_id=row["session_id"],
            uploader_id=uploader,
            client_id=row["id"],
            name=name[-LONGEST_NAME:],
            size=size,
            pieces=[elsewhere(row["storage_path"] or "")],
            created_at=row["created_at"] or self.now,
        )

    # --- what came out of it -------------------------------------------------------------------

    def _bring_reports(self, completed: list[UUID]) -> None:
        """What the mechanic noted at the end, as findings."""
        here = set(Report.objects.filter(session__among=completed).values_list("pk", flat=True))
        sessions = {each.pk: each for each in Session.objects.filter(pk__among=[pk for pk in completed if pk not in here])}
        bulk.write(
            Report(
                session_id=row["id"],
                findings=_findings(row),
                severity=Report.Severity.INFO,
                safe_to_drive=True,
                currency=sessions[row["id"]].currency,
                submitted_at=row["summary_submitted_at"] or sessions[row["id"]].ended_at or self.now,
            )
            for row in self.stage.of("sessions", "id", list(sessions))
            if _findings(row) and sessions[row["id"]].status == COMPLETED
        )

    def _bring_reviews(self, sessions: dict[UUID, str]) -> None:
        """The review's own row, else the stars in the session's row; of completed sessions alone."""
        stars: dict[UUID, Review] = {}
        too_early = []
        for row in self.stage.of("mechanic_reviews", "session_id", list(sessions)):
            if sessions[row["session_id"]] == COMPLETED:
                stars[row["session_id"]] = self._review(row["session_id"], row["rating"], row["review_text"], row["created_at"])
            else:
                too_early.append((row["id"], "session_not_completed"))
        self._stay("mechanic_reviews", too_early)
        for row in self.stage.of("sessions", "id", list(sessions)):
            if row["rating"] not in STARS or row["id"] in stars:
                continue
            if sessions[row["id"]] == COMPLETED:
                stars[row["id"]] = self._review(row["id"], row["rating"], row["rating_comment"], row["ended_at"])
            else:
                self.told.fit("sessions", row["id"], "stars_without_completion")
        if self.commit:
            here = set(Review.objects.filter(session__among=sessions).values_list("pk", flat=True))
            still = set(Session.objects.filter(pk__among=stars, status=COMPLETED).values_list("pk", flat=True))
            bulk.write(review for pk, review in stars.items() if pk in still - here)

    def _review(self, session: UUID, stars: int, text: str | None, at: datetime | None) -> Review:
        return Review(session_id=session, completed_by=1, stars=stars, text=text or "", created_at=at or self.now)

    def _seat(self, people: Iterable[tuple[UUID, UUID | None]]) -> None:
        """Who wrote or sent something took part, also when the session's row does not know it; his part is over."""
        wanted = {pair for pair in people if pair[1]}
        seated = set(Participant.objects.filter(session__among=[session for session, _user in wanted]).values_list("session_id", "user_id"))
        mechanics = set(self.people.mechanics.values())
        bulk.write(
            Participant(session_id=session, user_id=user, role="mechanic" if user in mechanics else "staff", until=self.now)
            for session, user in sorted(wanted - seated)
        )


def elsewhere(path: str) -> str:
    """The name of an object that still lies in the old system: quoted, so that no path leads anywhere."""
    return ELSEWHERE + quote(path).replace("..", "%2E%2E")


def _said(row: dict) -> str:
    """The text of a message, and what was attached to it, which the old system kept as links."""
    attached = row["attachments"] if isinstance(row["attachments"], list) else [row["attachments"]] if row["attachments"] else []
    return "\n".join([*filter(None, [row["content"]]), *(f"[{_named(each)}]" for each in attached)])


def _named(attachment: object) -> str:
    if isinstance(attachment, dict):
        known = [attachment.get(name) for name in ("name", "file_name", "filename", "url", "file_url", "path")]
        return " ".join(each for each in known if isinstance(each, str)) or json.dumps(attachment, ensure_ascii=False)
    return str(attachment)


def _portions(rows: Iterable[dict]) -> Iterator[list[dict]]:
    portion, size = [], 0
    for row in rows:
        portion.append(row)
        size += len(row["content"] or "")
        if len(portion) == MESSAGES or size > CHARACTERS:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _findings(row: dict) -> str:
    summary = row["summary_data"] if isinstance(row["summary_data"], dict) else {}
    said = [summary.get(name) for name in ("findings", "summary", "diagnosis", "recommendations")]
    return "\n\n".join(text for text in [*said, row["mechanic_notes"]] if isinstance(text, str) and text.strip())
