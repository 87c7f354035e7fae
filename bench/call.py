"""From "Join the call" to the first picture of the other side, in two real browsers that know each other only by the site.

The yardstick is the same browser connecting to itself within one page: all that is above it is ours (the socket, the way to the
relay, the order of things).
"""

import os
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from accounts_app.models import User
from bench import web
from bench.fanout import sign_in
from lifecycle import queue, room
from mechanichub.embedded.children import Child
from sessions_app.models import Session
from tests import cast, chromium

ROUNDS = 9
WANTED = 1500  # milliseconds

JOINED_AND_SEEN = """() => new Promise((resolve) => {
    const start = performance.now();
    document.querySelector("[data-remote]").requestVideoFrameCallback(() => resolve(performance.now() - start));
    document.querySelector("[data-part=lobby] [data-do=join]").click();
})"""
ALONE = """async () => {
    const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } });
    const start = performance.now();
    const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
    one.onicecandidate = ({ candidate }) => other.addIceCandidate(candidate);
    other.onicecandidate = ({ candidate }) => one.addIceCandidate(candidate);
    const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
    other.ontrack = ({ streams }) => (video.srcObject = streams[0]);
    for (const track of camera.getTracks()) one.addTrack(track, camera);
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    const took = performance.now() - start;
    one.close();
    other.close();
    for (const track of camera.getTracks()) track.stop();
    return took;
}"""


def run() -> None:
    print(f"\nFrom joining a call to the first picture of the other side: median of {ROUNDS}, and the slowest")
    with ExitStack() as stack:
        stack.enter_context(web.static_files())
        session, people = a_session()
        cookies = [sign_in(user) for user in people]  # before the browser: beside it Django asks the database nothing
        url = stack.enter_context(site())
        browser = stack.enter_context(a_browser())
        garage, home = (room_page(browser, url, session, cookie) for cookie in cookies)
        garage.get_by_role("button", name="Join the call").click()
        rounds = [one_round(home) for _ in range(ROUNDS + 1)][1:]
    print(f"{'':<30}{'median, ms':>12}{'slowest, ms':>14}")
    for name, times in zip(("ours", "one page with itself"), zip(*rounds, strict=True), strict=True):
        print(f"{name:<30}{statistics.median(times):>12.0f}{max(times):>14.0f}", flush=True)
    print(f"wanted: ours at most {WANTED} ms")


def a_session() -> tuple[Session, list[User]]:
    """A video session that is live, with its mechanic and its customer."""
    sam, carla = cast.person("Sam", is_staff=True, is_superuser=True), cast.person("Carla")
    max = cast.mechanic("Max", by=sam, brands=["toyota"])
    session = queue.accept(cast.pending(carla, plan_code="video").pk, by=max)
    for user in (carla, max):
        session = room.enter(session.pk, by=user)
    return session, [max, carla]


@contextmanager
def site() -> Iterator[str]:
    """One web process; its address."""
    with socket.create_server(("127.0.0.1", 0)) as door, tempfile.TemporaryDirectory() as folder:
        url, log = f"http://localhost:{door.getsockname()[1]}", Path(folder) / "log"
        command = [sys.executable, "-m", "mechanichub.serve", f"--fd={door.fileno()}"]
        child = Child("web server", command, os.environ | {"SITE_URL": url}, sockets=[door], log=log)
        child.start()
        try:
            yield url
        finally:
            child.stop()


@contextmanager
def a_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(), args=chromium.FLAGS)
        yield browser
        browser.close()


def room_page(browser: Browser, url: str, session: Session, cookie: str) -> Page:
    """The room in a browser of this person's own."""
    context = browser.new_context(base_url=url, locale="en-US")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])
    page = context.new_page()
    page.goto(session.room_url)
    page.locator("connection-state[data-state=live]").wait_for()
    return page


def one_round(page: Page) -> tuple[float, float]:
    """Ours and the yardstick, in milliseconds. Camera and microphone are on before, as after the test in the waiting room."""
    if page.get_by_role("button", name="Test camera and microphone").is_visible():
        page.get_by_role("button", name="Test camera and microphone").click()
    page.locator("device-test[filming]").wait_for()
    ours = page.evaluate(JOINED_AND_SEEN)
    page.get_by_role("button", name="Leave", exact=True).click()
    page.locator("call-stage[state=lobby]").wait_for()
    return ours, page.evaluate(ALONE)
