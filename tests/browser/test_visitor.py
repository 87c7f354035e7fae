"""Vera has no account. She fills in the form first, then the code from her mail, and her request goes out once."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page, expect

from accounts_app.models import User
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible
from tests.browser.steps import CONCERN, fill_intake, send_intake


def test_a_visitor_is_in_the_queue_after_the_code(browse: Callable[..., Page], plans: dict, max: User) -> None:
    page = browse()
    fill_intake(page, name="Vera Example", email="vera@example.org", phone="+14155550123")
    send_intake(page)
    expect(page.get_by_text("vera@example.org", exact=True)).to_be_visible()
    assert not Session.objects.exists()
    assert_accessible(page)

    page.locator("input[name=code]").fill(code_for("vera@example.org"))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(re.compile("/chat/"))

    expect(page.get_by_role("heading", name="Looking for your mechanic")).to_be_visible()
    session = Session.objects.get()
    assert (session.customer.email, session.request.intake.concern) == ("vera@example.org", CONCERN)


def code_for(address: str) -> str:
    """The sign-in code in the latest mail to that address."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for mail in sorted(Path(settings.EMAIL_FILE_PATH).glob("*"), key=lambda file: file.stat().st_mtime, reverse=True):
            text = mail.read_text()
            if f"To: {address}" in text and (code := re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.M)):
                return code[1]
        time.sleep(0.1)
    raise AssertionError(f"no code was mailed to {address}")
