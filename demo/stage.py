"""Plays a story: what one customer asked, and what became of it, act by act, by the verbs that the pages use."""

import io
import uuid
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts_app.models import User
from billing_app.models import Plan
from demo.clock import Watch, turned_back
from demo.people import PEOPLE, address
from demo.pictures import picture
from diagnostics_app import answers as diagnostics
from files_app import bundles, uploads
from files_app.models import Bundle
from lifecycle import queue, room
from lifecycle.sweep import sweep
from requests_app import trouble_codes
from sessions_app import chat, reviews
from sessions_app.models import Session

SECONDS_A_MESSAGE = 30  # to read the last one and think
SECONDS_A_LETTER = 0.7  # on a phone, in a garage
PHOTO = "photo of "  # a line of the talk that is a picture
SECONDS_A_STEP = 40  # of the guided check, beside the talk about it
CALL_IS_SLOWER = 2.5  # they talk, and write less

Act = tuple[float, str, str, *tuple[str, ...]]  # seconds after the last act, who, what, words


@dataclass
class Stage:
    """One story while it is played. Its acts are the methods below, by their names.

    Args:
        story: a table of stories/.
        people: by key.
        car: a table of cars.toml.
    """

    story: dict[str, Any]
    people: dict[str, User]
    car: dict[str, Any]
    watch: Watch
    session: Session | None = None

    def submits(self, who: str) -> None:
        by, story = self.people[who], self.story
        told = {name: story[name] for name in ("category", "concern", "safety") if name in story}
        submission = queue.Submission(
            client_id=uuid.uuid4(),
            plan_code=story["plan"],
            name=by.full_name,
            email=address(who),
            phone=str(by.phone),
            city=PEOPLE[who]["city"],
            country="US",
            consent=True,
            car=self.car,
            trouble_codes=trouble_codes.find(story["concern"]),
            is_urgent=story.get("urgent", False),
            requested_brand=story.get("brand", ""),
            prefer_local=story.get("local", False),
            preferred_mechanic_id=self.people[story["prefers"]].pk if "prefers" in story else None,
            follows_id=self._last_session_of(by) if story.get("follows") else None,
            **told,
        )
        unsent = self._photos(by)
        self.session = queue.submit(submission, by=by)
        bundles.claim(unsent.pk, self.session.pk)

    def _photos(self, by: User) -> Bundle:
        """What goes with the intake, as the browser sends it while one writes."""
        bundle = Bundle.objects.create(user=by)
        for name in self.story.get("photos", []):
            send(bundle, name, by)
        return bundle

    def pays(self, who: str) -> None:
        queue.paid(self.session.pk, reference=f"demo-{self.session.pk.hex[:8]}")

    def accepts(self, who: str) -> None:
        queue.accept(self.session.pk, by=self.people[who])

    def declines(self, who: str, reason: str) -> None:
        queue.decline(self.session.pk, by=self.people[who], reason=reason)

    def releases(self, who: str, reason: str) -> None:
        queue.release(self.session.pk, by=self.people[who], reason=reason)

    def cancels(self, who: str, reason: str) -> None:
        queue.cancel(self.session.pk, by=self.people[who], reason=reason)

    def assigns(self, who: str, reason: str, to: str) -> None:
        queue.assign(self.session.pk, by=self.people[who], mechanic_id=self.people[to].pk, reason=reason)

    def requeues(self, who: str, reason: str) -> None:
        queue.requeue(self.session.pk, by=self.people[who], reason=reason)

    def aborts(self, who: str, reason: str) -> None:
        room.abort(self.session.pk, by=self.people[who], reason=reason)

    def enters(self, who: str) -> None:
        room.enter(self.session.pk, by=self.people[who])

    def sweeps(self, who: str) -> None:
        sweep()

    def talk(self, who: str) -> None:
        """The conversation, at the pace of people who type; each reads before they answer."""
        pace = 1 if self.session.type == Session.Type.CHAT else CALL_IS_SLOWER
        speakers = {"C": self.people[self.story["who"]], "M": self.people[self.story["with"]]}
        for number, line in enumerate(self.story["talk"]):
            speaker, _colon, body = line.partition(": ")
            self.watch.forward((SECONDS_A_MESSAGE + SECONDS_A_LETTER * len(body)) * pace * (number > 0))
            chat.mark_read(self.session.pk, by=speakers[speaker], up_to=number)
            if body.startswith(PHOTO):
                send(self.session, body.removeprefix(PHOTO), speakers[speaker])
            else:
                chat.post(self.session.pk, by=speakers[speaker], client_id=uuid.uuid4(), body=body)

    def checks(self, who: str) -> None:
        """The guided check, a step after the other."""
        for told in self.story["checks"]:
            self.watch.forward(SECONDS_A_STEP)
            words = {"note": told.get("note", ""), "trouble_codes": told.get("codes", [])}
            diagnostics.answer(self.session.pk, by=self.people[who], step=told["step"], result=told["result"], **words)

    def reports(self, who: str) -> None:
        for reader in (self.story["who"], who):
            chat.mark_read(self.session.pk, by=self.people[reader], up_to=len(self.story["talk"]))
        cost_from, cost_to = self.story.get("cost", (None, None))
        report = room.ReportData(
            findings=self.story["findings"],
            recommended_work=self.story.get("work", ""),
            cost_from=cost_from,
            cost_to=cost_to,
            severity=self.story["severity"],
            safe_to_drive=self.story["safe"],
        )
        room.complete(self.session.pk, by=self.people[who], report=report)

    def rates(self, who: str) -> None:
        reviews.review(self.session.pk, by=self.people[who], stars=self.story["stars"], text=self.story.get("review", ""))

    def _last_session_of(self, customer: User) -> uuid.UUID:
        return customer.sessions.filter(status="completed").order_by("-ended_at").values_list("pk", flat=True)[0]


def send(home: Session | Bundle, name: str, by: User) -> None:
    """Sends a photo of pictures.py."""
    photo = picture(name)
    size = photo.seek(0, io.SEEK_END)
    announced = uploads.Announced(client_id=uuid.uuid4(), name=f"{name}.jpg", size=size, content_type="image/jpeg")
    uploads.receive_whole(home, announced, photo, by=by)


def play(story: dict[str, Any], *, people: dict[str, User], car: dict[str, Any], present: datetime) -> Session:
    """Plays a story from its submission on.

    Raises:
        ValueError: it would go on into the future.
    """
    with turned_back(begins(story, present)) as watch:
        stage = Stage(story, people, car, watch)
        stage.submits(story["who"])
        for seconds, who, what, *words in story["acts"] if "acts" in story else usual_acts(story):
            watch.forward(seconds)
            if watch.moment > present:
                raise ValueError(f"The story of {story['who']} and the {story['car']} goes on into the future.")
            getattr(stage, what)(who, *words)
    return stage.session


def begins(story: dict[str, Any], present: datetime) -> datetime:
    """When it was submitted: `minutes_ago`, or `days_ago` at a time of day (UTC)."""
    if "minutes_ago" in story:
        return present - timedelta(minutes=story["minutes_ago"])
    return datetime.combine(present - timedelta(days=story["days_ago"]), story["at"], tzinfo=present.tzinfo)


def usual_acts(story: dict[str, Any]) -> list[Act]:
    """How most sessions go: taken, talked, reported, and rated if there are stars."""
    customer, mechanic = story["who"], story["with"]
    acts = [
        (varied(story, 35, 70), customer, "pays"),
        (varied(story, 40, 260), mechanic, "accepts"),
        (varied(story, 12, 40), mechanic, "enters"),
        (varied(story, 4, 30), customer, "enters"),
        (varied(story, 8, 20), "both", "talk"),
        *([(0, mechanic, "checks")] if "checks" in story else []),
        (varied(story, 90, 240), mechanic, "reports"),
    ]
    rated = [(varied(story, 200, 2400), customer, "rates")] if "stars" in story else []
    free = Plan.objects.get(code=story["plan"]).is_free
    return acts[free:] + rated


def varied(story: dict[str, Any], least: int, most: int) -> int:
    """A number between the two that is always the same for the same story."""
    return least + zlib.crc32(story["concern"].encode()) % (most - least)
