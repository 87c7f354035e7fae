"""Photos, clips and documents: from the first form to the mechanic's card, and between the two in the room.

What the worker does with a file is done here by the tests themselves, when the story comes to it.
"""

import re
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts_app.models import User
from files_app import checking, storage
from files_app.models import SessionFile, Upload
from files_app.tests import samples
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.steps import card, fill_intake, is_live, say, sees_message, send_intake
from tests.browser.test_visitor import code_for
from tests.cast import live

PHONE = {"width": 360, "height": 740}
PIECE = 4 * 2**20  # bytes, as file-upload.js sends them
CHOOSE = "input[data-way=pick]"
GIVEN = """([selector, kind, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], "image.png", { type: "image/png" }));
    const how = { bubbles: true, cancelable: true };
    const events = {
        drop: () => new DragEvent("drop", { dataTransfer: data, ...how }),
        paste: () => new ClipboardEvent("paste", { clipboardData: data, ...how }),
    };
    document.querySelector(selector).dispatchEvent(events[kind]());
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A phone's folder: three photos, a clip, a document, and a web page that calls itself a photo."""
    (tmp_path / "light.jpg").write_bytes(samples.jpeg())
    (tmp_path / "disc.png").write_bytes(samples.png_with_texts())
    (tmp_path / "IMG_0001.jpg").write_bytes(samples.jpeg_of_4_mb_on_its_side())
    (tmp_path / "noise.mp4").write_bytes(samples.mp4_h264())
    (tmp_path / "invoice.pdf").write_bytes(samples.plain_pdf())
    (tmp_path / "page.jpg").write_bytes(samples.page_named_jpg())
    (tmp_path / "long.mp4").write_bytes(samples.mp4_h264().ljust(3 * PIECE - 1000, b"\0"))
    return tmp_path


def the_worker_looks() -> None:
    """At everything that has arrived."""
    for file in SessionFile.objects.filter(state="checking"):
        checking.check(file.pk)


def send(page: Page, folder: Path, *names: str) -> None:
    page.locator(CHOOSE).set_input_files([folder / name for name in names])


def rows(page: Page, state: str) -> Locator:
    """The files on the page that have arrived and are in this state."""
    return page.locator(f"#files li[data-state={state}]")


def under_way(page: Page) -> Locator:
    return page.locator("file-queue li").filter(visible=True)


def give(page: Page, how: str, selector: str, content: bytes) -> None:
    """Drops a picture onto an element, or pastes it there."""
    page.evaluate(GIVEN, [selector, how, b64encode(content).decode()])


def comes_true(page: Page, check: Callable[[], bool], within: float = 5) -> None:
    """Waits for something that the page does not show."""
    deadline = time.monotonic() + within
    while not check():
        assert time.monotonic() < deadline, f"{page.url}: not within {within} s"
        page.wait_for_timeout(50)


def focus_of(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.name")


# --- the intake ----------------------------------------------------------------------------------


def test_what_a_visitor_sends_along_is_on_the_card_and_in_the_session(
    browse: Callable[..., Page], plans: dict, max: User, folder: Path
) -> None:
    garage, phone = browse(max), browse(viewport=PHONE)
    garage.goto("/mechanic/")
    is_live(garage)

    fill_intake(phone, name="Vera Example", email="vera@example.org")
    phone.locator("#id_concern").focus()
    send(phone, folder, "light.jpg", "disc.png", "IMG_0001.jpg", "noise.mp4", "page.jpg")
    phone.keyboard.type(" It shakes.")
    expect(rows(phone, "checking")).to_have_count(5)
    assert focus_of(phone) == "id_concern"
    expect(phone.locator("#id_concern")).to_have_value(re.compile("It shakes.$"))

    the_worker_looks()
    expect(rows(phone, "ready")).to_have_count(4)
    expect(rows(phone, "refused")).to_contain_text("This is not a photo, a video or a PDF")
    expect(phone.locator("file-sender [data-announce]")).to_contain_text("light.jpg is ready")
    assert_accessible(phone)
    assert_fits(phone)

    phone.reload()
    expect(rows(phone, "ready")).to_have_count(4)
    phone.get_by_role("button", name="Remove page.jpg").press("Enter")
    expect(rows(phone, "refused")).to_have_count(0)
    expect(phone.locator("#files button:focus")).to_have_count(1)  # that of the file beside it
    send_intake(phone)  # without a phone number
    expect(phone.get_by_role("alert").first).to_contain_text("Please check this")
    expect(rows(phone, "ready")).to_have_count(4)
    expect(phone.locator("#files img")).to_have_count(3)

    phone.locator("#id_phone").fill("+14155550123")
    send_intake(phone)
    phone.locator("input[name=code]").fill(code_for("vera@example.org"))
    phone.locator("input[name=code]").press("Enter")
    phone.wait_for_url(re.compile("/chat/"))
    session = Session.objects.get()
    assert session.files.ready().count() == 4

    expect(card(garage, session).locator(".file-strip")).to_contain_text("4 files")
    expect(card(garage, session).locator("img")).to_have_count(3)
    garage.locator(".file-strip img").evaluate_all("all => Promise.all(all.map((one) => one.decode()))")  # fails for one that is broken
    card(garage, session).get_by_role("link", name="View intake").click()
    expect(garage.locator("dialog .file-strip-large img")).to_have_count(3)
    assert_accessible(garage)

    phone.get_by_role("button", name=re.compile("^Files")).click()
    expect(phone.locator("#files a[data-photo]")).to_have_count(3)
    expect(phone.locator("#files video")).to_have_count(1)
    assert_fits(phone)


def test_a_form_waits_for_its_files_and_then_goes_by_itself(browse: Callable[..., Page], carla: User, max: User, folder: Path) -> None:
    home = browse(carla)
    fill_intake(home)
    held: list[Route] = []
    home.route("**/uploads/*/", lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_())
    send(home, folder, "noise.mp4")
    expect(under_way(home)).to_contain_text("noise.mp4")
    send_intake(home)
    panel = home.locator("[data-files-wait]")
    expect(panel).to_contain_text("Sending 1 file (0 %)")
    assert_accessible(home)
    panel.get_by_role("button", name="Go on writing").click()
    expect(panel).to_be_hidden()
    assert not Session.objects.exists()

    send_intake(home)
    expect(panel).to_be_visible()
    held.pop().continue_()
    home.wait_for_url(re.compile("/chat/"))
    assert [file.name for file in Session.objects.get().files.all()] == ["noise.mp4"]


def test_what_a_form_did_not_wait_for_is_finished_in_the_room(browse: Callable[..., Page], carla: User, folder: Path) -> None:
    home = browse(carla)
    fill_intake(home)
    network = Network(home)
    network.cut_at = PIECE
    send(home, folder, "long.mp4")
    expect(under_way(home)).to_contain_text("waiting for the connection")
    send_intake(home)
    panel = home.locator("[data-files-wait]")
    expect(panel).to_contain_text("you can finish sending in your session")
    panel.get_by_role("button", name="Send now without waiting").click()
    home.wait_for_url(re.compile("/chat/"))
    expect(home.locator("#files")).to_contain_text("Choose the file again to go on")

    network.mend()
    send(home, folder, "long.mp4")
    expect(rows(home, "checking")).to_have_count(1)
    assert network.sent == [PIECE, 2 * PIECE], "it began anew"
    assert not Upload.objects.exists()
    assert SessionFile.objects.get(session__customer=carla).size == 3 * PIECE - 1000


def test_without_javascript_files_go_with_the_forms(browse: Callable[..., Page], carla: User, max: User, folder: Path) -> None:
    home = browse(carla, java_script_enabled=False)
    fill_intake(home)
    home.get_by_label("Choose files").set_input_files([folder / "light.jpg", folder / "noise.mp4"])
    send_intake(home)
    home.wait_for_url(re.compile("/chat/"))
    expect(rows(home, "checking")).to_have_count(2)
    home.get_by_label("Photos, clips and PDFs").set_input_files(folder / "invoice.pdf")
    home.get_by_role("button", name="Send files").click()
    expect(rows(home, "checking")).to_have_count(3)
    assert Session.objects.get().files.count() == 3


# --- the room ------------------------------------------------------------------------------------


def test_both_show_each_other_what_they_have(browse: Callable[..., Page], carla: User, max: User, folder: Path) -> None:
    session = live(carla, max)
    garage, home = browse(max), browse(carla)
    for page in (garage, home):
        page.goto(session.room_url)
        is_live(page)

    home.get_by_label("Your message").fill("Look at this")
    with home.expect_file_chooser() as chooser:  # by the keyboard
        home.get_by_role("button", name="Attach").focus()
        home.keyboard.press("Enter")
    chooser.value.set_files([folder / "light.jpg"])
    expect(garage.locator(".message-file")).to_contain_text("being checked")
    expect(home.get_by_label("Your message")).to_have_value("Look at this")
    the_worker_looks()
    for page in (garage, home):
        expect(page.locator(".message-file img[alt='light.jpg']")).to_be_visible()
        expect(page.locator("#files a[data-photo]")).to_be_visible()
    say(home, "Look at this")
    sees_message(garage, "Look at this")

    send(garage, folder, "invoice.pdf", "page.jpg")
    expect(rows(home, "checking")).to_have_count(2)
    the_worker_looks()
    expect(home.locator("#files").get_by_role("link", name="invoice.pdf", exact=True)).to_be_visible()
    expect(rows(garage, "refused")).to_contain_text("This is not a photo")
    with home.expect_download() as download:
        home.locator("#files").get_by_role("link", name="Download invoice.pdf").click()
    assert download.value.suggested_filename == "invoice.pdf"
    for page in (garage, home):
        assert_accessible(page)

    give(garage, "drop", ".chat-log", samples.png_with_texts())
    give(home, "paste", "textarea[name=body]", samples.png_with_texts())
    expect(rows(home, "checking")).to_have_count(2)
    the_worker_looks()
    expect(home.locator("#files a[data-photo]")).to_have_count(3)
    expect(home.locator("#files")).to_contain_text("Max")

    photo = SessionFile.objects.get(name="light.jpg")
    storage.delete([photo.thumbnail])
    home.reload()
    expect(home.locator(f"#file-{photo.pk}")).to_contain_text("This photo is missing")


def test_a_clip_goes_on_where_it_stopped(browse: Callable[..., Page], carla: User, max: User, folder: Path) -> None:
    session = live(carla, max)
    home = browse(carla)
    home.goto(session.room_url)
    is_live(home)
    network = Network(home)

    network.cut_at = PIECE  # in the middle of the clip
    send(home, folder, "long.mp4")
    expect(under_way(home)).to_contain_text("waiting for the connection")
    expect(under_way(home).locator("progress")).to_have_js_property("value", 33)
    assert_accessible(home)
    network.mend()
    expect(rows(home, "checking")).to_have_count(1)
    assert (network.sent, Upload.objects.count()) == ([PIECE, 2 * PIECE], 0)
    assert SessionFile.objects.get().size == 3 * PIECE - 1000
    SessionFile.objects.all().delete()

    network.cut_at = PIECE  # and now the page is lost, too
    send(home, folder, "long.mp4")
    expect(under_way(home)).to_contain_text("waiting for the connection")
    home.on("dialog", lambda dialog: dialog.accept())  # "leave the page?"
    home.reload()
    network.mend()
    expect(home.locator("#files")).to_contain_text("Choose the file again to go on")
    assert_accessible(home)
    send(home, folder, "long.mp4")
    expect(rows(home, "checking")).to_have_count(1)
    assert network.sent == [PIECE, 2 * PIECE]
    expect(home.locator("#files")).not_to_contain_text("Choose the file again")
    SessionFile.objects.all().delete()

    network.cut_at = PIECE  # and now nobody wants it any more
    send(home, folder, "long.mp4")
    expect(under_way(home)).to_contain_text("waiting for the connection")
    network.mend()
    network.cut_at = 2 * PIECE
    home.get_by_role("button", name="Do not send long.mp4").filter(visible=True).click()
    expect(under_way(home)).to_have_count(0)
    comes_true(home, lambda: not Upload.objects.exists())
    assert home.evaluate("localStorage.getItem('mechanichub.uploads')") is None


class Network:
    """What a page sends of files: `sent` are the offsets of the pieces that went through since it was whole; at `cut_at` it breaks."""

    def __init__(self, page: Page) -> None:
        self.cut_at: int | None = None
        self.is_cut = False
        self.sent: list[int] = []
        page.route("**/uploads/*/", self.carry)

    def carry(self, route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        self.is_cut = self.is_cut or (offset is not None and int(offset) == self.cut_at)
        if self.is_cut:
            route.abort("connectionreset")
            return
        if offset is not None:
            self.sent.append(int(offset))
        route.continue_()

    def mend(self) -> None:
        self.cut_at, self.is_cut, self.sent = None, False, []
