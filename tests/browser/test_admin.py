"""Sam of the support team: in with both factors, finds what is stuck, mends it, and every page of the admin is read and reached."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts_app.models import Mechanic, User
from lifecycle import queue
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.cast import PASSWORD, completed, live, pending
from tests.staff import code, second_factor

OURS = [Session, Mechanic]  # what looks different from Django's own pages; the colours of those are Django's


def come_in(page: Page, user: User) -> None:
    """Through the form, by password and second factor."""
    page.goto(reverse("account_login"))
    page.locator("#id_login").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.locator("#id_code").fill(code(second_factor(user)))
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_role("heading", name="What needs attention")).to_be_visible()


@pytest.fixture
def sams_page(browse: Callable[..., Page], sam: User) -> Page:
    second_factor(sam)
    page = browse(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
    come_in(page, sam)
    return page


def test_a_stuck_session_is_given_to_a_mechanic(sams_page: Page, carla: User, max: User) -> None:
    session = queue.escalate(pending(carla).pk)
    page = sams_page
    page.reload()
    page.get_by_role("link", name="1 Sessions that no mechanic has taken in time").click()
    page.get_by_role("link", name="Carla Example").click()
    expect(page.get_by_text("nobody took it in time. 1 mechanic can take it now.")).to_be_visible()

    page.locator("summary", has_text="Assign").click()
    page.get_by_label("Mechanic").select_option(label="Max: on duty, 3 free places")
    page.locator("#assign-reason").fill("Max knows this car.")
    page.get_by_role("button", name="Assign").click()

    expect(page.get_by_text("Carla Example · 2016 Toyota Corolla: assigned.")).to_be_visible()
    expect(page.get_by_text("Sam Example gave the session to Max.")).to_be_visible()
    session = Session.objects.get(pk=session.pk)
    assert (session.status, session.mechanic_id) == ("waiting", max.pk)


def test_a_number_leads_to_exactly_those_rows_and_what_was_done_is_told(sams_page: Page, carla: User, colin: User, max: User) -> None:
    queue.escalate(pending(carla).pk)
    pending(colin)
    page = sams_page
    page.reload()
    page.get_by_role("link", name=re.compile("^1 Sessions that no mechanic has taken in time for ")).click()
    expect(page.get_by_role("link", name="Carla Example")).to_be_visible()
    expect(page.get_by_role("link", name="Colin Example")).to_have_count(0)

    page.get_by_role("link", name="Carla Example").click()
    page.get_by_text("Cancel", exact=True).first.click()
    page.locator("#cancel-reason").fill("She called: it starts again.")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text("Sessions that no mechanic has taken in time")).to_be_hidden()  # it is well, and folded away
    page.get_by_role("link", name="What the team did").click()
    expect(page.get_by_text("She called: it starts again.")).to_have_count(1)
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert_accessible(page)
        assert_fits(page)
    page.goto(reverse("admin:index"))
    assert_fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_admin_can_be_read(sams_page: Page, carla: User, colin: User, max: User, scheme: str) -> None:
    completed(carla, max)
    live(colin, max)
    sams_page.emulate_media(color_scheme=scheme)
    found = []
    for address in ["/admin/", "/admin/actions/", *addresses(OURS if scheme == "dark" else list(admin.site._registry))]:
        sams_page.goto(address)
        try:
            assert_accessible(sams_page)
        except AssertionError as complaint:
            found.append(str(complaint))
    assert not found, "\n\n".join(found)
    sams_page.set_viewport_size({"width": 360, "height": 740})
    for session in Session.objects.all():
        sams_page.goto(reverse("admin:sessions_app_session_change", args=[session.pk]))
        assert_fits(sams_page)


def addresses(models: list[type[Model]]) -> list[str]:
    """The list of each model, and the page of one row where there is one."""
    found = []
    for model in models:
        name, row = f"admin:{model._meta.app_label}_{model._meta.model_name}", model._default_manager.first()
        found += [reverse(f"{name}_changelist"), *([reverse(f"{name}_change", args=[row.pk])] if row else [])]
    return found
