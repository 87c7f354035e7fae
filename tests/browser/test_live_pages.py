"""What a page does by itself to stay true: half-open connections, what was missed, the keyboard, pages that come back."""

import re
import threading
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute, expect

from accounts_app.models import User
from lifecycle import queue
from tests.browser.steps import card, is_live
from tests.cast import pending
from tests.conftest import Site


def test_a_connection_that_falls_silent_is_noticed_and_made_again(browse: Callable[..., Page], colin: User, max: User) -> None:
    """Half open: the network is gone, and nothing closes the socket."""
    page, silent = browse(max), threading.Event()
    page.route_web_socket("**/ws/mechanic/", lambda socket: pass_on_unless(silent, socket))
    page.goto("/mechanic/")
    is_live(page)

    silent.set()
    session = pending(colin)
    expect(page.locator("connection-state")).to_have_text(re.compile(r"Offline since \d\d:\d\d"), timeout=15_000)
    silent.clear()

    is_live(page)
    expect(card(page, session)).to_be_visible()


def pass_on_unless(silent: threading.Event, socket: WebSocketRoute) -> None:
    server = socket.connect_to_server()
    server.on_message(lambda text: None if silent.is_set() else socket.send(text))


def test_a_card_that_was_pushed_and_taken_while_the_page_was_away_is_gone(
    browse: Callable[..., Page], site: Site, colin: User, carla: User, max: User
) -> None:
    pending(carla)
    page = browse(max)
    page.goto("/mechanic/")
    is_live(page)
    session = pending(colin)
    expect(card(page, session)).to_be_visible()

    site.child.stop()
    expect(page.locator("connection-state")).to_have_attribute("data-state", "offline")
    queue.cancel(session.pk, by=colin, reason="It started again.")
    site.start()

    is_live(page)
    expect(card(page, session)).to_have_count(0)
    expect(page.locator(".request")).to_have_count(1)


def test_the_keyboard_stays_on_its_button_when_the_list_is_read_again(
    browse: Callable[..., Page], colin: User, carla: User, max: User
) -> None:
    session = pending(colin)
    page = browse(max)
    page.goto("/mechanic/")
    is_live(page)
    button = card(page, session).get_by_role("link", name=re.compile("Decline"))
    button.focus()

    with page.expect_response(lambda answer: "list" in answer.url or "part" in answer.url):
        page.evaluate("""() => {
            document.dispatchEvent(new CustomEvent("live:html", {detail: {}}));
            document.getElementById("board-list").read();
        }""")
    expect(button).to_be_focused()


def test_who_stands_on_a_card_that_is_taken_goes_on_to_the_next(
    browse: Callable[..., Page], colin: User, carla: User, max: User, nora: User
) -> None:
    first, second = pending(colin), pending(carla)
    page = browse(max)
    page.goto("/mechanic/")
    is_live(page)
    card(page, first).get_by_role("button", name=re.compile("Accept")).focus()

    queue.accept(first.pk, by=nora)
    expect(page.get_by_text("Taken by Nora")).to_be_focused()
    expect(card(page, first)).to_have_count(0)
    expect(page.get_by_text("Taken by Nora")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.request')?.id") == f"request-{second.pk}"


def test_a_page_that_is_left_and_come_back_to_is_live_again(browse: Callable[..., Page], colin: User, max: User) -> None:
    page = browse(max)
    page.goto("/mechanic/")
    is_live(page)
    page.goto("/mechanic/completed/")
    session = pending(colin)
    page.go_back()
    is_live(page)
    expect(card(page, session)).to_be_visible()
