"""Every page, as everybody who sees it: axe finds nothing, nothing is wider than a phone, in light and in dark."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts_app.models import User
from lifecycle import queue
from sessions_app import reviews
from tests.browser.conftest import assert_accessible, assert_fits
from tests.cast import cancelled, completed, live, pending, person, submission, waiting
from webhooks_app import managing as webhooks

PHONE_AT_NIGHT = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
DESK_BY_DAY = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}

VISITOR = [
    "/", "/help/", "/help/free/", "/help/video/", "/accounts/login/", "/accounts/signup/", "/accounts/login/code/",
    "/accounts/password/reset/", "/nowhere/",
]  # fmt: skip
ANYBODY = [
    "/accounts/profile/", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/tokens/", "/accounts/logout/",
]  # fmt: skip
CUSTOMER = ["/my/", "/my/vehicles/", "/my/vehicles/add/", "/help/diagnostic/", "/mechanic/apply/", "/mechanic/"]
MECHANIC = ["/mechanic/", "/mechanic/active/", "/mechanic/completed/", "/mechanic/history/", "/mechanic/?q=toyota", "/mechanic/settings/"]


@pytest.fixture
def pages(carla: User, colin: User, max: User, nora: User, oscar: User, sam: User, will: User) -> list[tuple[User | None, list[str]]]:
    """A house full of sessions, one in every state, and who looks at which pages."""
    hook = webhooks.add(by=will, workshop=will.workshops.get(), name="Shop system", url=f"https://shop.example.org/{'x' * 200}", events=[])
    done = completed(carla, max)
    told = hook.deliveries.first()
    told.log.create(number=1, at=timezone.now(), milliseconds=812, status=502, answer="<html>" + "Bad gateway " * 60)
    reviews.review(done.pk, by=carla, stars=5, text="Quick and clear.")
    unrated = completed(carla, max)
    off = cancelled(carla)
    talking, queued, arriving = live(carla, max), pending(colin), waiting(person("Chris"), nora, plan_code="video")
    checking = live(person("Dana"), max, plan_code="diagnostic", category="brakes")
    unpaid_by = person("Cleo")
    unpaid = queue.submit(submission(plan_code="diagnostic"), by=unpaid_by)
    rooms = [f"/chat/{session.pk}/" for session in (talking, done, off)]
    summaries = [f"/sessions/{session.pk}/summary/" for session in (done, unrated)]
    return [
        (None, VISITOR),
        (carla, [*ANYBODY, *CUSTOMER, *rooms, *summaries, f"/help/free/?again={done.pk}"]),
        (colin, ["/my/", f"/chat/{queued.pk}/", f"/sessions/{queued.pk}/cancel/"]),
        (unpaid_by, ["/my/", f"/pay/{unpaid.pk}/", unpaid.room_url]),
        (
            max,
            [
                *MECHANIC,
                rooms[0],
                *summaries,
                f"/sessions/{queued.pk}/intake/",
                f"/sessions/{queued.pk}/decline/",
                f"/sessions/{talking.pk}/complete/",
            ],
        ),
        (nora, [arriving.room_url, f"/sessions/{arriving.pk}/release/", f"/sessions/{arriving.pk}/intake/"]),
        (max, [checking.room_url, f"/sessions/{checking.pk}/checks/?step=brakes-pedal"]),
        (checking.customer, [checking.room_url]),
        (oscar, ["/mechanic/", "/mechanic/settings/"]),
        (will, ["/webhooks/", "/webhooks/add/", *(f"/webhooks/{hook.pk}/{each}" for each in ("", "edit/", f"deliveries/{told.pk}/"))]),
    ]


@pytest.mark.parametrize("window", [PHONE_AT_NIGHT, DESK_BY_DAY], ids=["phone at night", "desk by day"])
def test_everybody_can_read_and_reach_everything(browse: Callable[..., Page], pages: list, window: dict) -> None:
    found = []
    for user, addresses in pages:
        page = browse(user, reduced_motion="reduce", **window)
        # A desk has room for everything; axe takes its time, and looks at every other page by day, at those between by night.
        by_day = window is DESK_BY_DAY
        for number, address in enumerate(addresses):
            if by_day and number % 2:
                continue
            page.goto(address)
            for look in (assert_fits, assert_accessible) if by_day or number % 2 else (assert_fits,):
                try:
                    look(page)
                except AssertionError as complaint:
                    found.append(f"{user or 'a visitor'} at {address}: {complaint}")
    assert not found, "\n\n".join(found)
