"""Two people in a call, with Chromium's own camera and microphone: they see and hear each other, and do so again after whatever broke.

A connection's numbers are the browser's own (RTCPeerConnection.getStats).
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from accounts_app.models import User
from files_app.models import SessionFile
from lifecycle import queue
from sessions_app.models import Session
from tests import coturn
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.steps import is_live
from tests.cast import live, pending
from tests.conftest import Site

FRAMES = 30
AGAIN_WITHIN = 10  # seconds
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
MEDIA = """async () => {
    const stage = document.querySelector("call-stage"), pc = stage.connection?.pc;
    const stats = pc ? [...(await pc.getStats()).values()] : [];
    const inbound = (kind) => stats.find((each) => each.type === "inbound-rtp" && each.kind === kind);
    const pair = stats.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
    return {
        connected: stage.line?.isConnected ?? false,
        frames: inbound("video")?.framesDecoded ?? 0,
        audio: inbound("audio")?.bytesReceived ?? 0,
        level: inbound("audio")?.audioLevel ?? 0,
        pair: pair?.id,
        way: stats.find((each) => each.id === pair?.localCandidateId)?.candidateType,
    };
}"""


def media(page: Page) -> dict:
    """What this page receives: `connected`, `frames` decoded, bytes of `audio`, its `level`, the `way` it goes, by which `pair`."""
    return page.evaluate(MEDIA)


def receives(page: Page, *, frames: int = FRAMES, audio: int = 2000, within: float = 20) -> dict:
    """Waits until this many frames and bytes of sound have come over the present connection."""
    deadline = time.monotonic() + within
    while True:
        found = media(page)
        if found["connected"] and found["frames"] >= frames and found["audio"] >= audio:
            return found
        assert time.monotonic() < deadline, f"{page.url} received {found} within {within} s"
        page.wait_for_timeout(100)


def goes_on(page: Page, within: float = AGAIN_WITHIN) -> None:
    """Waits until more comes than has come so far, or a new connection brings something."""
    before, deadline = media(page), time.monotonic() + within
    while True:
        found = media(page)
        is_new = found["frames"] < before["frames"]
        if found["connected"] and found["frames"] > (5 if is_new else before["frames"] + 5):
            return
        assert time.monotonic() < deadline, f"{page.url}: {before} became {found} within {within} s"
        page.wait_for_timeout(100)


def comes_true(page: Page, words: str, within: float = 10) -> None:
    """Waits for something that only a script can see. Playwright's own way needs what our pages forbid."""
    deadline = time.monotonic() + within
    while not page.evaluate(words):
        assert time.monotonic() < deadline, f"{page.url}: not within {within} s: {words}"
        page.wait_for_timeout(100)


def is_live_again(page: Page) -> None:
    """The site is back. A page tries less and less often; one that is looked at again tries at once."""
    page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    is_live(page)


def join(page: Page) -> None:
    page.get_by_role("button", name="Join the call").click()
    expect(page.locator("call-stage")).to_have_attribute("state", "joined")


def key(page: Page, name: str):
    return page.locator(".call-bar").get_by_role("button", name=name, exact=True)


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return live(carla, max, plan_code="video")


@pytest.fixture
def enter(browse: Callable[..., Page]) -> Callable[..., Page]:
    """Opens the room of a session for somebody, in a browser of their own."""

    def enter_room(user: User, session: Session, **options: object) -> Page:
        page = browse(user, **options)
        page.goto(session.room_url)
        is_live(page)
        return page

    return enter_room


@pytest.fixture
def pair(enter: Callable[..., Page], carla: User, max: User, session: Session) -> tuple[Page, Page]:
    """Max at his desk and Carla on her phone, both in the call."""
    garage, home = enter(max, session, viewport=DESK), enter(carla, session, viewport=PHONE)
    join(garage)
    expect(home.locator("[data-who]")).to_have_text("Max is in the call and waits for you.")
    join(home)
    return garage, home


@pytest.fixture
def relay(site: Site, tmp_path: Path) -> Iterator[coturn.Coturn]:
    """A real relay, and a site on which calls may go by nothing else."""
    if not coturn.find():
        pytest.skip("coturn is not installed: python -m tests.coturn")
    usual = site.child.environment
    with coturn.relay(tmp_path) as relay:
        site.child.stop()
        site.child.environment = usual | relay.environment
        site.start()
        yield relay
        site.child.stop()  # whoever needs it next starts it
        site.child.environment = usual


def test_both_see_and_hear_each_other(pair: tuple[Page, Page]) -> None:
    garage, home = pair
    for page in pair:
        received = receives(page)
        assert received["way"] == "host"
        expect(page.locator("[data-quality] > summary")).to_have_text("Good connection")
        assert_fits(page)
        assert_accessible(page)

    key(home, "Microphone").click()
    expect(key(home, "Microphone")).to_have_attribute("aria-pressed", "false")
    expect(garage.get_by_text("microphone off")).to_be_attached()
    key(home, "Camera").click()
    expect(garage.get_by_text("Carla shows no picture.")).to_be_visible()
    key(home, "Camera").click()
    key(home, "Microphone").click()
    expect(garage.locator("call-stage")).to_have_attribute("seen", "")
    goes_on(garage)


def test_a_still_is_taken_by_the_camera_itself(pair: tuple[Page, Page], session: Session) -> None:
    garage, home = pair
    receives(garage, frames=5, audio=0)
    home.evaluate("""() => document.addEventListener("files:send", ({ detail }) => { window.sent = detail; })""")
    key(garage, "Freeze").click()
    expect(garage.get_by_text("The still is on its way to the files.")).to_be_visible()
    expect(home.get_by_text("A still was taken from your camera. It is in the files.")).to_be_visible()
    sent = home.evaluate("""async () => {
        const [file] = window.sent.files, { width, height } = await createImageBitmap(file);
        return { ...window.sent, name: file.name, type: file.type, isFile: file instanceof File, width, height };
    }""")
    filmed = home.evaluate("document.querySelector('[data-self]').srcObject.getVideoTracks()[0].getSettings().width")
    assert sent["isFile"] and sent["type"] == "image/jpeg" and re.fullmatch(r"still-[\d-]+\.jpg", sent["name"])
    assert sent["source"] == "still" and re.fullmatch(r"[0-9a-f-]{36}", sent["client_id"])
    assert sent["width"] >= filmed >= 640
    expect(garage.get_by_text(sent["name"]).first).to_be_visible()  # it has been sent like any other file
    assert SessionFile.objects.get(session=session).client_id == UUID(sent["client_id"])


def test_a_reload_another_network_and_a_newer_window_end_no_call(pair: tuple[Page, Page], session: Session) -> None:
    garage, home = pair
    for page in pair:
        receives(page, frames=5, audio=0)
    for reloaded, other in (pair, pair[::-1]):
        reloaded.reload()  # it joins again by itself
        receives(reloaded, frames=5, audio=0, within=AGAIN_WITHIN)
        receives(other, frames=5, audio=0, within=AGAIN_WITHIN)

    before = media(home)["pair"]
    home.evaluate("window.dispatchEvent(new Event('online'))")  # as a phone says that goes from the garage's network to its own
    comes_true(home, f"({MEDIA})().then(({{ pair, connected }}) => connected && pair !== {before!r})", AGAIN_WITHIN)
    goes_on(garage)
    goes_on(home)

    newer = home.context.new_page()
    newer.goto(session.room_url)
    is_live(newer)
    join(newer)
    expect(home.get_by_text("You are in this call in another window.")).to_be_visible()
    receives(newer, frames=5, audio=0)
    receives(garage, frames=5, audio=0)
    home.get_by_role("button", name="Take it here").click()
    expect(newer.get_by_text("You are in this call in another window.")).to_be_visible()
    receives(home, frames=5, audio=0)
    receives(garage, frames=5, audio=0)


def test_by_the_relay_alone_and_again_after_it_was_away(
    relay: coturn.Coturn, enter: Callable[..., Page], carla: User, max: User, session: Session
) -> None:
    garage, home = (enter(user, session) for user in (max, carla))
    join(garage)
    join(home)
    for page in (garage, home):
        assert receives(page)["way"] == "relay"
    relay.stop()
    expect(garage.locator(".call-news")).to_have_text("Connection lost, trying again.", timeout=20_000)
    relay.start()
    for page in (garage, home):
        goes_on(page)


def test_a_call_does_not_need_the_site_and_one_that_broke_meanwhile_is_made_again(pair: tuple[Page, Page], site: Site) -> None:
    garage, home = pair
    for page in pair:
        receives(page, frames=5, audio=0)
    site.child.stop()
    expect(home.locator("connection-state")).to_have_attribute("data-state", "offline")
    goes_on(home)
    home.evaluate("""() => { const { line } = document.querySelector("call-stage"); line.sitDown(); }""")  # nobody hears it
    site.start()
    for page in pair:
        is_live_again(page)
    for page in pair:
        receives(page, frames=5, audio=0, within=AGAIN_WITHIN)
    key(home, "Microphone").click()
    expect(garage.get_by_text("microphone off")).to_be_attached()


# A browser that plays no sound before somebody has pressed something, as on phones and after a reload. Not by navigator.userActivation:
# whatever Playwright asks a page counts as a press there.
STRICT = """(() => {
    const { play } = HTMLMediaElement.prototype;
    let isPressed = false;
    addEventListener("click", () => (isPressed = true), true);
    HTMLMediaElement.prototype.play = function () {
        return this.muted || isPressed ? play.call(this) : Promise.reject(new DOMException("", "NotAllowedError"));
    };
})()"""
SOUND = "(({ muted, paused }) => !muted && !paused)(document.querySelector('[data-remote]'))"


def test_a_press_brings_the_sound_and_until_then_there_are_pictures(pair: tuple[Page, Page]) -> None:
    _garage, home = pair
    receives(home, frames=5)
    assert home.evaluate(SOUND)
    home.add_init_script(STRICT)
    home.reload()
    hear = home.get_by_role("button", name="Tap to hear")
    expect(hear).to_be_visible()
    comes_true(home, "document.querySelector('[data-remote]').currentTime > 0.5")
    assert not home.evaluate(SOUND)
    assert_accessible(home)
    assert_fits(home)

    hear.click()
    comes_true(home, SOUND)
    expect(hear).to_be_hidden()
    expect(key(home, "Microphone")).to_be_focused()


REFUSE = """(refused) => {
    const allow = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) =>
        refused.some((kind) => wanted[kind]) ? Promise.reject(new DOMException("", "NotAllowedError")) : allow(wanted);
}"""


REFUSED = {
    '["video"]': "This page may not use your camera. .* You are heard, but not seen.",
    '["video", "audio"]': "This page may not use your camera. .* to answer, write in the chat.",
}


def test_what_is_refused_costs_only_itself(
    browse: Callable[..., Page], enter: Callable[..., Page], carla: User, max: User, session: Session
) -> None:
    garage = enter(max, session)
    join(garage)
    for refused, words in REFUSED.items():
        home = browse(carla, viewport=PHONE)
        home.add_init_script(f"({REFUSE})({refused})")
        home.goto(session.room_url)
        is_live(home)
        join(home)
        expect(home.locator("[data-problems-of-call]")).to_have_text(re.compile(words))
        expect(key(home, "Camera")).to_have_attribute("aria-pressed", "false")
        receives(home, frames=5)  # nothing is refused to what comes in
        if "audio" not in refused:
            receives(garage, frames=0)
        expect(garage.get_by_text("Carla shows no picture.")).to_be_visible()
        assert_accessible(home)


def test_a_chat_becomes_a_voice_call_when_both_agree(enter: Callable[..., Page], carla: User, max: User) -> None:
    session = live(carla, max)
    garage, home = enter(max, session), enter(carla, session, viewport=PHONE)
    garage.get_by_role("button", name="Add voice").click()
    question = home.get_by_role("group", name="A question")
    question.get_by_role("button", name="Not now").click()
    expect(garage.locator("call-stage")).to_contain_text("Carla would rather not just now.")
    assert not session.events.filter(kind="audio_agreed").exists()

    garage.get_by_role("button", name="Add voice").click()
    expect(question).to_contain_text("Max would like to talk instead of writing.")
    assert_accessible(home)
    question.get_by_role("button", name="Allow").click()
    for page in (garage, home):
        receives(page, frames=0)
    assert_fits(home)
    assert_accessible(home)
    assert session.events.filter(kind="audio_agreed", actor=carla).count() == 1

    home.reload()
    receives(home, frames=0, within=AGAIN_WITHIN)
    key(home, "Leave").click()
    expect(garage.locator(".call-news")).to_have_text("Carla left the call.")
    join(home)
    receives(garage, frames=0)
    assert session.events.filter(kind="audio_agreed").count() == 1


def test_camera_and_microphone_are_tested_while_waiting_and_stay_on_when_the_mechanic_comes(
    enter: Callable[..., Page], carla: User, max: User
) -> None:
    session = pending(carla, plan_code="diagnostic")
    home = enter(carla, session, viewport=PHONE)
    home.get_by_role("button", name="Test camera and microphone").click()
    expect(home.get_by_role("combobox", name="Camera")).to_be_enabled()
    comes_true(home, "document.querySelector('level-meter meter').value > 0.1")
    comes_true(home, "document.querySelector('device-test video').videoWidth >= 640")
    assert_fits(home)
    assert_accessible(home)

    queue.accept(session.pk, by=max)
    expect(home.get_by_role("heading", name="Ready for the call?")).to_be_visible()
    comes_true(home, "document.querySelector('device-test video').srcObject.active")
    comes_true(home, "document.querySelector('level-meter meter').value > 0.1")


def test_without_webrtc_or_scripts_the_page_says_so(browse: Callable[..., Page], carla: User, session: Session) -> None:
    old, plain = browse(carla), browse(carla, java_script_enabled=False)
    old.add_init_script("delete window.RTCPeerConnection")
    for page, part, words in ((old, "call-stage", "This browser cannot make calls."), (plain, "noscript", "The call needs JavaScript")):
        page.goto(session.room_url)
        missing = page.locator(f"{part} .call-missing")
        expect(missing).to_be_visible()
        expect(missing).to_contain_text(words)
        expect(page.get_by_label("Your message")).to_be_visible()


def test_the_environment_names_no_relay_by_accident() -> None:
    assert not {"TURN_URLS", "STUN_URLS", "CALL_RELAY_ONLY"} & os.environ.keys(), "these stories would not be about this machine alone"
