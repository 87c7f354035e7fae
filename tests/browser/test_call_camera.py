"""Light and zoom of the customer's camera: their own keys, and the mechanic's, who has to ask.

Chromium's fake camera has neither, so the page is given one that says it has, and that writes down what it is told.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts_app.models import User
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.steps import is_live
from tests.browser.test_call import DESK, PHONE, comes_true, join, key
from tests.cast import live

# A phone's rear camera, as its browser describes it (Image Capture, W3C). What it cannot do it passes over, as `advanced` has it.
CAMERA = """(able) => {
    const own = MediaStreamTrack.prototype, { getCapabilities, getSettings } = own, state = { torch: false, zoom: 1 };
    const isCamera = (track) => track.kind === "video" && !track.canvas;
    window.applied = [];
    own.getCapabilities = function () { return { ...getCapabilities.call(this), ...(isCamera(this) ? able : {}) }; };
    own.getSettings = function () {
        const mine = Object.fromEntries(Object.entries(state).filter(([name]) => name in able));
        return { ...getSettings.call(this), ...(isCamera(this) ? mine : {}) };
    };
    own.applyConstraints = async function ({ advanced: [wish] }) {
        window.applied.push(wish);
        for (const name of Object.keys(wish)) if (name in able && !window.isStuck) state[name] = wish[name];
    };
}"""
ABLE = "{ torch: true, zoom: { min: 1, max: 4, step: 0.1 } }"


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return live(carla, max, plan_code="video")


@pytest.fixture
def enter(browse: Callable[..., Page], session: Session) -> Callable[..., Page]:
    """Joins the call of the session, with a camera that is able to do this."""

    def enter_call(user: User, able: str = "{}", **options: object) -> Page:
        page = browse(user, **options)
        page.add_init_script(f"({CAMERA})({able})")
        page.goto(session.room_url)
        is_live(page)
        join(page)
        return page

    return enter_call


def applied(page: Page) -> list[dict]:
    return page.evaluate("window.applied")


def question(page: Page):
    return page.get_by_role("group", name="A question")


def says(page: Page, words: str) -> None:
    expect(page.locator(".call-news")).to_have_text(words)


def test_the_customer_has_light_and_zoom_at_hand_and_the_mechanic_asks_for_them(enter: Callable[..., Page], carla: User, max: User) -> None:
    garage, home = enter(max, viewport=DESK), enter(carla, ABLE, viewport=PHONE)

    key(home, "Light").click()
    expect(key(home, "Light")).to_have_attribute("aria-pressed", "true")
    expect(key(garage, "Light")).to_have_attribute("aria-pressed", "true")
    key(home, "Light").click()
    expect(key(home, "Light")).to_have_attribute("aria-pressed", "false")
    expect(key(home, "Wider")).to_have_attribute("aria-disabled", "true")  # it shows all that it can
    key(home, "Closer").click()
    expect(key(home, "Wider")).to_have_attribute("aria-disabled", "false")
    assert applied(home) == [{"torch": True}, {"torch": False}, {"zoom": 1.5}]
    assert_fits(home)

    key(garage, "Light").click()
    says(garage, "Carla has been asked.")
    expect(question(home)).to_contain_text("May Max switch the light of your camera on and off in this call?")
    for page in (garage, home):
        assert_accessible(page)
    key(garage, "Light").click()  # impatient; there is one question and one answer
    key(garage, "Closer").click()  # and another question, which waits for its turn
    question(home).get_by_role("button", name="Allow").click()
    says(home, "Max switched your light on.")
    expect(key(garage, "Light")).to_have_attribute("aria-pressed", "true")
    says(garage, "The light of Carla's camera is on.")
    expect(question(home)).to_contain_text("May Max zoom your camera in this call?")
    question(home).get_by_role("button", name="Not now").click()
    says(garage, "Carla would rather not just now.")
    assert applied(home)[3:] == [{"torch": True}]

    key(garage, "Light").click()  # what was allowed once is not asked for again
    says(garage, "The light of Carla's camera is off.")
    expect(question(home)).to_be_hidden()
    for zoom in (2.25, 3.375, 4):
        key(garage, "Closer").click()
        if zoom == 2.25:
            question(home).get_by_role("button", name="Allow").click()
        comes_true(home, f"window.applied.at(-1).zoom === {zoom}")
    expect(key(garage, "Closer")).to_have_attribute("aria-disabled", "true")
    key(garage, "Wider").click()
    says(home, "Max zoomed out.")
    assert applied(home)[4:] == [{"torch": False}, {"zoom": 2.25}, {"zoom": 3.375}, {"zoom": 4}, {"zoom": 4 / 1.5}]

    home.evaluate("window.isStuck = true")  # a camera that does not do what it says
    key(garage, "Light").click()
    says(garage, "Carla's camera cannot do that just now.")
    expect(key(garage, "Light")).to_have_attribute("aria-pressed", "false")
    home.evaluate("window.isStuck = false")

    key(home, "Leave").click()  # the next call is asked anew
    says(garage, "Carla left the call.")
    expect(key(garage, "Light")).to_be_hidden()
    join(home)
    key(garage, "Light").click()
    expect(question(home)).to_contain_text("May Max switch the light")


def test_a_camera_that_can_neither_has_no_such_keys_and_says_so(enter: Callable[..., Page], carla: User, max: User) -> None:
    garage, home = enter(max, viewport=DESK), enter(carla, viewport=PHONE)
    expect(key(garage, "Freeze")).to_have_attribute("aria-disabled", "false")  # it knows what the camera can
    for page in (garage, home):
        for name in ("Light", "Closer", "Wider"):
            expect(key(page, name)).to_be_hidden()
    for wish in ("torch-on", "closer"):  # pressed in the moment in which the customer took another camera
        garage.evaluate("what => document.querySelector('call-stage').say({ type: 'ask', what })", wish)
        says(garage, "Carla's camera cannot do that just now.")
        garage.evaluate("document.querySelector('.call-news').textContent = ''")
    expect(question(home)).to_be_hidden()
    assert applied(home) == []
