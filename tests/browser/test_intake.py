"""The intake as it is lived: on a phone, without an account, with a reload in between; and without JavaScript."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from accounts_app.models import User
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits

PHONE = {"width": 360, "height": 740}
CODE = re.compile(r"^\s+([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)


def code_sent_to(address: str) -> str:
    """The latest code in the mails to this address; waits for it."""
    folder = Path(urlsplit(os.environ["EMAIL_URL"]).path)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        mails = sorted(folder.glob("*"), key=lambda mail: mail.stat().st_mtime_ns, reverse=True)
        found = [code[1] for mail in mails if f"To: {address}" in (text := mail.read_text()) and (code := CODE.search(text))]
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no code was sent to {address}")


def test_a_visitor_on_a_phone_loses_nothing_and_arrives_in_the_waiting_room(plans, browse: Callable[..., Page]) -> None:
    phone = browse(viewport=PHONE)
    phone.goto("/help/free/")
    expect(phone.get_by_text("Do not drive this car.")).to_be_hidden()
    phone.get_by_label("smoke, fire").check()
    expect(phone.get_by_text("Do not drive this car.")).to_be_visible()
    expect(phone.get_by_text("Call the fire brigade")).to_be_visible()
    expect(phone.get_by_text("do not smoke")).to_be_hidden()

    phone.get_by_label("Make").fill("Acura")
    phone.get_by_label("VIN").fill("1hg cm826-33a004352")
    expect(phone.get_by_label("Year")).to_have_value("2003")
    expect(phone.get_by_label("Make")).to_have_value("Acura")  # typed by hand, so it stays

    phone.get_by_label("What happens?").fill("It went dark. P 0562, u0100")
    expect(phone.locator("#codes li")).to_have_count(2)
    expect(phone.locator("#codes")).to_contain_text("battery or alternator")
    phone.get_by_label("Your name").fill("Vera Example")

    phone.reload()
    expect(phone.get_by_label("Your name")).to_have_value("Vera Example")
    expect(phone.get_by_label("smoke, fire")).to_be_checked()
    expect(phone.locator("#codes li")).to_have_count(2)
    assert_accessible(phone)
    assert_fits(phone)

    phone.get_by_role("button", name="Send my request").click()
    expect(phone.get_by_role("alert").first).to_contain_text("Please check this")
    expect(phone.get_by_label("What happens?")).to_have_value("It went dark. P 0562, u0100")
    assert_accessible(phone)

    phone.get_by_label("City").fill("Reno")
    phone.get_by_label("E-mail").fill("vera@example.net")
    phone.get_by_label("Phone").fill("+1 415 555 0199")
    phone.get_by_label("I agree").check()
    phone.get_by_role("button", name="Send my request").click()
    phone.get_by_label("Code").fill(code_sent_to("vera@example.net"))
    phone.get_by_label("Code").press("Enter")
    phone.wait_for_url(re.compile("/chat/"))

    session = Session.objects.select_related("request__intake", "customer").get()
    assert phone.url.endswith(session.room_url)
    assert (session.customer.email, session.request.intake.trouble_codes) == ("vera@example.net", ["P0562", "U0100"])

    phone.goto("/help/free/")
    expect(phone.get_by_label("What happens?")).to_have_value("")
    expect(phone.get_by_text("You have a request already")).to_be_visible()
    assert phone.evaluate("localStorage.length") == 0, "what was sent is not kept"


def test_a_form_sent_by_an_impatient_finger_is_one_session(carla: User, browse: Callable[..., Page]) -> None:
    phone = browse(carla, viewport=PHONE)
    phone.goto("/help/quick/")
    phone.get_by_label("City").fill("Reno")
    phone.get_by_label("VIN").fill("1HGCM82633A004352")
    phone.get_by_label("What happens?").fill("The brakes squeak in the morning.")
    phone.get_by_label("I agree").check()
    phone.get_by_role("button", name="Send my request").dblclick()
    phone.wait_for_url(re.compile("/pay/"))
    assert_accessible(phone)
    phone.get_by_role("button", name="Pay $9.99").click()
    phone.wait_for_url(re.compile("/chat/"))
    assert Session.objects.get().status == "pending"


def test_without_javascript_everything_is_there_but_the_live_hints(plans, browse: Callable[..., Page]) -> None:
    page = browse(viewport=PHONE, java_script_enabled=False)
    page.goto("/help/free/")
    page.get_by_label("I smell fuel").check()
    expect(page.get_by_text("Do not drive this car.")).to_be_visible()
    page.get_by_label("What happens?").fill("P0420, and it smells")
    page.get_by_role("button", name="Send my request").click()
    expect(page.locator("#codes li")).to_have_count(1)
    expect(page.get_by_label("I smell fuel")).to_be_checked()
    for label, text in {
        "Your name": "Nick", "City": "Reno", "E-mail": "nick@example.net", "Phone": "+1 415 555 0188", "VIN": "1HGCM82633A004352",
    }.items():  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Send my request").click()
    page.get_by_label("Code").fill(code_sent_to("nick@example.net"))
    page.get_by_label("Code").press("Enter")
    page.wait_for_url(re.compile("/chat/"))
    assert Session.objects.get().request.intake.make == "Honda"
