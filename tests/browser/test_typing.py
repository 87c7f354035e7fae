"""A live update never takes away what somebody is typing."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts_app.models import User
from lifecycle import queue
from tests.browser.steps import card, is_live, say, sees_message
from tests.cast import live, pending, waiting


def test_a_message_that_comes_in_leaves_the_half_written_one_alone(browse: Callable[..., Page], carla: User, max: User) -> None:
    session = live(carla, max)
    garage, home = browse(max), browse(carla)
    for page in (garage, home):
        page.goto(f"/chat/{session.pk}/")
        is_live(page)
    writing = garage.get_by_label("Your message")
    writing.press_sequentially("The coil is pro")

    say(home, "One more thing")
    sees_message(garage, "One more thing")
    writing.press_sequentially("bably worn")

    expect(writing).to_have_value("The coil is probably worn")
    expect(writing).to_be_focused()
    garage.reload()
    expect(garage.get_by_label("Your message")).to_have_value("The coil is probably worn")


def test_a_new_request_leaves_the_search_alone(browse: Callable[..., Page], carla: User, colin: User, max: User) -> None:
    first = pending(carla)
    page = browse(max)
    page.goto("/mechanic/")
    is_live(page)
    search = page.locator("#id_q")
    search.press_sequentially("Toy")

    pending(colin)
    expect(page.locator("incoming-count")).to_have_text("2")

    expect(search).to_have_value("Toy")
    expect(search).to_be_focused()
    expect(card(page, first)).to_be_visible()


def test_a_report_that_is_being_written_outlives_a_move(browse: Callable[..., Page], carla: User, max: User, sam: User, nora: User) -> None:
    session = waiting(carla, max)
    page = browse(max)
    page.goto(f"/chat/{session.pk}/")
    is_live(page)
    page.get_by_label("Your message").press_sequentially("I am just wri")

    queue.assign(session.pk, by=sam, mechanic_id=nora.pk, reason="Max is ill.")

    expect(page.get_by_label("Your message")).to_have_value("I am just wri")
