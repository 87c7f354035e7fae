"""A mechanic who is suspended with two customers in hand: what staff are asked, and what everybody concerned reads afterwards.
And staff who look through a customer's eyes.
"""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts_app.models import Mechanic, User
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.steps import is_live
from tests.browser.test_admin import come_in
from tests.cast import completed, live, waiting
from tests.staff import second_factor

WHY = "Two customers complained."
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


@pytest.fixture
def office(browse: Callable[..., Page], sam: User) -> Page:
    second_factor(sam)
    page = browse(reduced_motion="reduce", viewport=DESK)
    come_in(page, sam)
    return page


def test_both_customers_of_a_suspended_mechanic_are_looked_after(
    browse: Callable[..., Page], office: Page, carla: User, colin: User, max: User, nora: User
) -> None:
    talking, arriving = live(carla, max), waiting(colin, max)
    garage, carlas, colins = browse(max), browse(carla), browse(colin)
    garage.goto("/mechanic/active/")
    for page, session in ((carlas, talking), (colins, arriving)):
        page.goto(session.room_url)
        is_live(page)

    office.goto(reverse("admin:accounts_app_mechanic_change", args=[max.pk]))
    office.get_by_role("link", name="Suspend", exact=True).click()
    expect(office.get_by_role("group", name="Carla Example")).to_be_visible()
    expect(office.get_by_text("Colin is told at once.")).to_be_visible()
    for window in (PHONE, DESK):
        office.set_viewport_size(window)
        assert_accessible(office)
        assert_fits(office)

    office.get_by_label("Reason").fill(WHY)
    office.get_by_role("button", name="Suspend").click()
    expect(office.get_by_text("Please decide what becomes of this session.")).to_be_visible()
    assert_accessible(office)
    office.get_by_label("Hand it over.").check()
    office.get_by_label("Another mechanic").select_option(label="Nora: on duty, 3 free places")
    office.get_by_role("button", name="Suspend").click()
    expect(office.get_by_text("Max: may not take sessions any more.")).to_be_visible()

    expect(carlas.locator("main")).to_contain_text("Nora")
    expect(colins.get_by_role("heading", name="Looking for your mechanic")).to_be_visible()
    garage.reload()
    expect(garage.get_by_role("heading", name="You are suspended")).to_be_visible()
    expect(garage.locator("main")).to_contain_text(WHY)
    for page in (garage, carlas, colins):
        assert_accessible(page)
    assert Mechanic.objects.get(pk=max.pk).standing == "suspended"
    assert [Session.objects.get(pk=session.pk).status for session in (talking, arriving)] == ["waiting", "pending"]


def test_staff_see_what_a_customer_sees_and_change_nothing(office: Page, carla: User, max: User) -> None:
    session = completed(carla, max)
    office.goto(reverse("admin:accounts_app_user_change", args=[carla.pk]))
    office.get_by_text("See the site as this person").first.click()
    office.locator("#see-as-reason").fill("She cannot find her report.")
    office.get_by_role("button", name="See the site as this person").click()
    banner = office.get_by_role("region", name="Seen as somebody else")
    for address in ("/my/", f"/sessions/{session.pk}/summary/", session.room_url, "/help/free/"):
        office.goto(address)
        expect(banner).to_contain_text("You see this as Carla Example. Nothing can be changed.")
        for window in (PHONE, DESK):
            office.set_viewport_size(window)
            assert_accessible(office)
            assert_fits(office)
    office.get_by_role("button", name="Send my request").click()
    expect(office.locator("main")).to_contain_text("You see this as Carla Example. Nothing can be changed.")
    banner.get_by_role("button", name="Leave").click()
    expect(office.get_by_text("You are yourself again.")).to_be_visible()
    assert Session.objects.count() == 1
    office.get_by_role("link", name="Ask for help in this person's name").click()
    assert_accessible(office)
    office.set_viewport_size(PHONE)
    assert_fits(office)
