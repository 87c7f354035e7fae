"""Sam mends what went wrong: a mechanic who does not come, a request that nobody took, a cancellation by mistake."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts_app.models import User
from lifecycle import queue
from sessions_app.models import Session
from tests import cast
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.test_admin import come_in
from tests.staff import second_factor


@pytest.fixture
def sams_page(browse: Callable[..., Page], sam: User) -> Page:
    second_factor(sam)
    page = browse(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    come_in(page, sam)
    return page


def test_a_mechanic_who_does_not_come_loses_the_session(sams_page: Page, carla: User, max: User, nora: User) -> None:
    session, page = cast.waiting(carla, max), sams_page
    asked = timezone.now() - timedelta(minutes=12)
    Session.objects.filter(pk=session.pk).update(created_at=asked, queued_at=asked, accepted_at=asked)

    page.goto(reverse("admin:sessions_app_session_changelist"))
    page.locator("#searchbar").fill(str(session.pk)[:8])
    page.locator("#searchbar").press("Enter")
    page.get_by_role("link", name="Carla Example").click()
    expect(page.get_by_text("Max accepted at")).to_be_visible()
    expect(page.locator("#do-release")).to_be_hidden()

    page.get_by_role("link", name="Suggested: release to the queue.").click()
    expect(page.locator("#do-release")).to_contain_text("old place: asked 12 min ago, nobody is before it. 2 mechanics can take it now.")
    assert_accessible(page)
    page.set_viewport_size({"width": 360, "height": 740})
    assert_fits(page)
    page.locator("#release-reason").fill("Max does not answer the phone.")
    page.locator("#do-release").get_by_role("button").click()

    expect(page.get_by_text("Carla Example · 2016 Toyota Corolla: back in the queue.")).to_be_visible()
    expect(page.get_by_text("Sam Example gave the session back to the queue.")).to_be_visible()
    session.refresh_from_db()
    assert (session.status, session.mechanic_id, session.queued_at) == ("pending", None, asked)


def test_a_request_that_nobody_took_is_given_to_somebody(sams_page: Page, carla: User, max: User) -> None:
    session, page = queue.escalate(cast.pending(carla).pk), sams_page
    page.goto(f"{reverse('admin:sessions_app_session_changelist')}?needs=unattended")
    page.get_by_role("link", name="Carla Example").click()
    page.get_by_role("link", name="Suggested: assign it by hand, and tell Carla.").click()
    page.get_by_label("Mechanic").select_option(label="Max: on duty, 3 free places")
    page.locator("#assign-reason").fill("Max knows this car.")
    page.locator("#do-assign").get_by_role("button").click()
    expect(page.get_by_text("Sam Example gave the session to Max.")).to_be_visible()
    session.refresh_from_db()
    assert (session.status, session.mechanic_id) == ("waiting", max.pk)


def test_cancellations_by_mistake_are_undone_together(sams_page: Page, carla: User, colin: User) -> None:
    mistake, other = cast.cancelled(carla), cast.cancelled(colin, name="Colin Example", email="colin@example.org")
    cast.pending(colin)  # he has asked again, so that there is nothing to undo
    page = sams_page
    page.goto(f"{reverse('admin:sessions_app_session_changelist')}?status__exact=cancelled")
    expect(page.get_by_text("2 sessions", exact=True)).to_be_visible()
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(label="Put into the queue again")
    page.get_by_role("button", name="Go", exact=True).click()
    page.get_by_label("Reason").fill("The button was pressed by mistake.")
    page.get_by_role("button", name="Put into the queue again").click()

    expect(page.get_by_role("status")).to_have_text("1 was moved. 1 was not.")
    expect(page.get_by_role("row", name="Colin Example")).to_contain_text("The customer has another open session.")
    assert_accessible(page)
    page.get_by_role("row", name="Carla Example").get_by_role("link").click()
    expect(page.get_by_text("Sam Example put the session into the queue again.")).to_be_visible()
    assert set(Session.objects.filter(pk__in=[mistake.pk, other.pk]).values_list("status", flat=True)) == {"pending", "cancelled"}
