"""Max and Nora see the same request; one of them gets it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts_app.models import User
from tests.browser.steps import card, is_live
from tests.cast import pending


def test_the_slower_mechanic_hears_who_was_faster(browse: Callable[..., Page], carla: User, max: User, nora: User) -> None:
    session = pending(carla)
    first, second = browse(max), browse(nora)
    for page in (first, second):
        page.goto("/mechanic/")
        is_live(page)
        expect(card(page, session)).to_be_visible()

    card(first, session).get_by_role("button", name="Accept").click()
    first.wait_for_url(re.compile("/chat/"))

    expect(second.get_by_text("Taken by Max")).to_be_visible()
    expect(card(second, session)).to_have_count(0)
    expect(second.locator("incoming-count")).to_have_text("0")


def test_who_clicks_on_a_card_that_is_taken_is_told_so(browse: Callable[..., Page], carla: User, max: User, nora: User) -> None:
    session = pending(carla)
    slow, fast = browse(nora), browse(max)
    slow.goto("/mechanic/")
    expect(card(slow, session)).to_be_visible()
    slow.route("**/ws/**", lambda route: route.abort())  # Nora hears nothing
    slow.evaluate("document.querySelector('live-socket').remove()")

    fast.goto("/mechanic/")
    card(fast, session).get_by_role("button", name="Accept").click()
    fast.wait_for_url(re.compile("/chat/"))

    card(slow, session).get_by_role("button", name="Accept").click()
    expect(slow.locator("#errors")).to_contain_text("Max")
    assert "/mechanic/" in slow.url
