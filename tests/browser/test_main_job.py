"""The main job, end to end: Carla's car stutters, Max helps, Carla rates."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts_app.models import User
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible
from tests.browser.steps import ask_for_help, card, is_live, say, sees_message
from tests.cast import an_hour_passes


def test_a_customer_is_helped_from_the_form_to_the_stars(browse: Callable[..., Page], carla: User, max: User) -> None:
    garage, home = browse(max), browse(carla)
    garage.goto("/mechanic/")
    is_live(garage)
    expect(garage).to_have_title(re.compile("^Incoming"))

    session = ask_for_help(home)
    expect(card(garage, session)).to_be_visible(timeout=2000)
    expect(card(garage, session)).to_contain_text("P0302")
    expect(garage).to_have_title(re.compile(r"^\(1\) Incoming"))
    expect(home.get_by_role("heading", name="Looking for your mechanic")).to_be_visible()
    assert_accessible(home)
    assert_accessible(garage)

    card(garage, session).get_by_role("button", name="Accept").click()
    garage.wait_for_url(re.compile(f"/chat/{session.pk}/"))
    expect(home.get_by_label("Your message")).to_be_visible()  # the waiting room became the room, without a reload

    say(home, "Hello Max, can I still drive?")
    sees_message(garage, "Hello Max, can I still drive?")
    say(garage, "Slowly, yes. Does it shake at idle?")
    sees_message(home, "Slowly, yes. Does it shake at idle?")
    expect(home.locator(".message-own .message-read")).to_be_visible()  # Max has read it
    assert_accessible(home)
    assert_accessible(garage)

    an_hour_passes(session)
    garage.get_by_role("link", name="End with report").click()
    report = garage.locator("#report-dialog")
    report.get_by_label("What did you find?").fill("The ignition coil of cylinder 2 is worn.")
    report.get_by_label("What should be done?").fill("Replace the coil and the plug.")
    report.get_by_label("have it looked at soon").check()
    report.locator("[name=safe_to_drive]").first.check()
    report.get_by_role("button", name="Send the report and end").click()
    garage.wait_for_url(re.compile("/summary/"))
    expect(garage.locator("main")).to_contain_text("The ignition coil of cylinder 2 is worn.")

    home.get_by_role("link", name="Report").first.click()
    expect(home.locator("main")).to_contain_text("Replace the coil and the plug.")
    home.locator(".stars-input label", has_text="5 stars").click()
    home.get_by_label("What would you like to say?").fill("Quick and clear.")
    home.get_by_role("button", name="Send your stars").click()
    expect(home.locator("main")).to_contain_text("Quick and clear.")
    assert_accessible(home)

    session = Session.objects.get(pk=session.pk)
    assert session.status == Session.Status.COMPLETED
    assert (session.review.stars, session.report.severity) == (5, "soon")
    garage.goto("/mechanic/completed/")
    expect(garage.locator(f"#session-{session.pk}")).to_contain_text("Carla")
