"""What people do in more than one story, by what they see on the page."""

import re

from playwright.sync_api import Locator, Page, expect

from sessions_app.models import Session

CONCERN = "The engine light is on since this morning and it stutters, code P0302."


def fill_intake(page: Page, plan: str = "free", **more: str) -> None:
    """Fills the form in; more: labels without the rest of their words, such as name="Vera Example"."""
    page.goto(f"/help/{plan}/")
    page.locator("#id_city").fill("Oakland")
    page.locator("#id_year").fill("2016")
    page.locator("#id_make").fill("Toyota")
    page.locator("#id_model").fill("Corolla")
    page.locator("#id_concern").fill(CONCERN)
    for name, value in more.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("#id_consent").check()


def send_intake(page: Page) -> None:
    page.get_by_role("button", name="Send my request").click()


def ask_for_help(page: Page) -> Session:
    """Carla's way from the form to the waiting room."""
    fill_intake(page)
    send_intake(page)
    page.wait_for_url(re.compile("/chat/"))
    return Session.objects.get(pk=page.url.rstrip("/").split("/")[-1])


def card(page: Page, session: Session) -> Locator:
    return page.locator(f"#request-{session.pk}")


def is_live(page: Page) -> None:
    """Waits until the page hears what happens."""
    expect(page.locator("connection-state")).to_have_attribute("data-state", "live")


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def sees_message(page: Page, text: str) -> None:
    expect(page.locator(".message-body", has_text=text)).to_have_count(1)
