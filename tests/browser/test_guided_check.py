"""The guided check: Max goes through it, Carla sees it live and shows what he asks for, and the report is written with it."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from accounts_app.models import User
from diagnostics_app.models import Evidence
from files_app.tests.photos import picture
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.steps import is_live
from tests.cast import an_hour_passes, live

PHONE_AT_NIGHT = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


def into_the_room(browse: Callable[..., Page], user: User, session: Session, **options: object) -> Page:
    page = browse(user, **options)
    page.goto(session.room_url)
    is_live(page)
    return page


def presses(page: Page, result: str) -> None:
    page.get_by_role("group", name="Result").get_by_role("button", name=result).click()


def question(page: Page) -> Locator:
    return page.locator("#checks-question")


def test_max_checks_carla_watches_and_the_report_is_written_with_it(browse: Callable[..., Page], carla: User, max: User) -> None:
    session = live(carla, max, plan_code="diagnostic", category="brakes")
    garage = into_the_room(browse, max, session)
    home = into_the_room(browse, carla, session, **PHONE_AT_NIGHT)
    home.get_by_role("button", name="Check", exact=True).click()
    expect(question(home)).to_have_text("Does the car stand safely, on level ground and away from traffic?")

    presses(garage, "OK")
    expect(question(garage)).to_contain_text("Is the pedal firm")
    expect(question(garage)).to_be_focused()
    expect(question(home)).to_contain_text("Is the pedal firm")  # Carla is taken along
    assert_accessible(garage)
    assert_accessible(home)
    assert_fits(home)

    presses(garage, "Fault")
    expect(garage.get_by_label("Note")).to_be_focused()  # what is it?
    garage.keyboard.type("Sinks to the floor.")
    expect(home.locator("#checks-head")).to_contain_text("Do not drive this car.")  # which reached Max, too, while he was typing
    expect(garage.get_by_label("Note")).to_have_value("Sinks to the floor.")
    garage.get_by_role("textbox", name="Trouble codes").press_sequentially("c0020")
    expect(garage.locator("#checks-codes")).to_contain_text("C0020")
    garage.get_by_role("button", name="Save and go on").click()
    expect(question(garage)).to_contain_text("Is the brake fluid")
    expect(home.locator("#checks-list")).to_contain_text("Sinks to the floor.")

    garage.get_by_role("button", name="Ask for a photo").click()
    home.get_by_role("link", name="Your mechanic asks for a photo: Brake fluid level").click()
    assert_accessible(home)
    home.locator("[data-check-send]").set_input_files({"name": "fluid.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(garage.locator("#checks-list")).to_contain_text("1 file")
    assert Evidence.objects.get().file.uploader == carla
    presses(garage, "Not sure")
    expect(question(garage)).to_contain_text("brake and ABS lights")

    an_hour_passes(session)
    garage.get_by_role("link", name="End with report").click()
    report = garage.locator("#report-dialog")
    expect(report.get_by_label("What did you find?")).to_have_value(re.compile("^Brake pedal: Sinks to the floor. Code C0020."))
    expect(report.get_by_label("What should be done?")).to_have_value(re.compile("^- Have it towed"))
    expect(report.get_by_label("dangerous")).to_be_checked()
    expect(report.get_by_label("No, do not drive")).to_be_checked()
    assert_accessible(garage)
    report.get_by_role("button", name="Send the report and end").click()
    garage.wait_for_url(re.compile("/summary/"))
    expect(garage.locator("main")).to_contain_text("Sinks to the floor.")


def test_what_max_wrote_himself_is_never_written_over(browse: Callable[..., Page], carla: User, max: User) -> None:
    session = live(carla, max, plan_code="diagnostic", category="brakes")
    garage = into_the_room(browse, max, session)
    garage.get_by_label("Note").fill("Half a thou")
    garage.get_by_role("link", name="Next step").click()
    garage.get_by_role("link", name="Previous step").click()
    expect(garage.get_by_label("Note")).to_have_value("Half a thou")  # kept in his browser
    presses(garage, "Fault")
    expect(question(garage)).to_contain_text("Is the pedal firm")

    garage.get_by_role("link", name="End with report").click()
    findings = garage.locator("#report-dialog").get_by_label("What did you find?")
    expect(findings).to_have_value(re.compile("^Safe place: Half a thou"))
    findings.fill("In my own words.")
    garage.keyboard.press("Escape")
    presses(garage, "OK")
    expect(question(garage)).to_contain_text("Is the brake fluid")
    expect(findings).to_have_value("In my own words.")
    garage.reload()
    expect(findings).to_have_value("In my own words.")
