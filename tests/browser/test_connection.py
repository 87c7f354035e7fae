"""The server restarts, the network goes and comes: pages say so and catch up by themselves."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts_app.models import User
from tests.browser.steps import card, is_live, say, sees_message
from tests.cast import live, pending
from tests.conftest import Site


def test_the_dashboard_catches_up_after_the_server_was_away(browse: Callable[..., Page], site: Site, colin: User, max: User) -> None:
    page = browse(max)
    page.goto("/mechanic/")
    is_live(page)

    site.child.stop()
    expect(page.locator("connection-state")).to_have_text(re.compile(r"Offline since \d\d:\d\d"))
    session = pending(colin)  # nobody can tell the page
    site.start()

    is_live(page)
    expect(card(page, session)).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\)"))


def test_the_room_keeps_what_was_typed_and_sends_it_when_the_server_is_back(
    browse: Callable[..., Page], site: Site, carla: User, max: User
) -> None:
    session = live(carla, max)
    garage, home = browse(max), browse(carla)
    for page in (garage, home):
        page.goto(f"/chat/{session.pk}/")
        is_live(page)

    site.child.stop()
    expect(home.locator("connection-state")).to_have_attribute("data-state", "offline")
    say(home, "Are you still there?")
    sees_message(home, "Are you still there?")
    site.start()

    sees_message(garage, "Are you still there?")
    for page in (garage, home):
        is_live(page)
    assert list(session.messages.values_list("body", flat=True)) == ["Are you still there?"]


def test_a_network_that_goes_and_comes_costs_no_message(browse: Callable[..., Page], carla: User, max: User) -> None:
    session = live(carla, max)
    garage, home = browse(max), browse(carla)
    for page in (garage, home):
        page.goto(f"/chat/{session.pk}/")
        is_live(page)

    garage.context.set_offline(True)
    expect(garage.locator("connection-state")).to_have_attribute("data-state", "offline")
    say(home, "It started to smoke!")
    sees_message(home, "It started to smoke!")
    garage.context.set_offline(False)

    sees_message(garage, "It started to smoke!")
