"""The whole main job with JavaScript switched off: forms, links and reloads."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts_app.models import User
from sessions_app.models import Session
from tests.browser.steps import ask_for_help, card
from tests.cast import an_hour_passes


def test_the_main_job_works_by_forms_and_links_alone(browse: Callable[..., Page], carla: User, max: User) -> None:
    garage, home = browse(max, java_script_enabled=False), browse(carla, java_script_enabled=False)
    session = ask_for_help(home)
    garage.goto("/mechanic/")
    card(garage, session).get_by_role("button", name="Accept").click()
    garage.wait_for_url(re.compile("/chat/"))

    for page in (garage, home):
        page.goto(f"/chat/{session.pk}/")
        page.get_by_role("button", name="I am here").click()
    garage.get_by_role("button", name="I am here").click()
    home.reload()
    say_without_script(home, "Can I drive?")
    garage.reload()
    expect(garage.locator("main")).to_contain_text("Can I drive?")

    an_hour_passes(Session.objects.get(pk=session.pk))
    garage.get_by_role("link", name="End with report").click()
    garage.get_by_label("What did you find?").fill("A worn coil.")
    garage.get_by_label("have it looked at soon").check()
    garage.locator("[name=safe_to_drive]").first.check()
    garage.get_by_role("button", name="Send the report and end").click()
    expect(garage.locator("main")).to_contain_text("A worn coil.")
    assert Session.objects.get(pk=session.pk).status == Session.Status.COMPLETED


def say_without_script(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message-body", has_text=text)).to_have_count(1)
