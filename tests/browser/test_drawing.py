"""Max and Carla look at a photo of her engine, and draw on it."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from accounts_app.models import User
from files_app import drawing, strokes
from files_app.models import SessionFile
from files_app.tests.photos import photo_in
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.steps import is_live
from tests.browser.test_every_page import DESK_BY_DAY, PHONE_AT_NIGHT
from tests.cast import live

Spot = tuple[float, float]  # in fractions of the photo


@pytest.fixture
def session(carla: User, max: User) -> Session:
    return live(carla, max)


@pytest.fixture
def photo(session: Session, carla: User) -> SessionFile:
    return photo_in(session, carla, size=(1200, 900))


def looks_at(page: Page, photo: SessionFile) -> None:
    """Opens the room, and the photo in it."""
    page.goto(f"/chat/{photo.session_id}/")
    is_live(page)
    opens(page, photo)


def opens(page: Page, photo: SessionFile) -> None:
    if page.get_by_role("button", name="Files", exact=False).first.is_visible():
        page.get_by_role("button", name="Files", exact=False).first.click()
    page.locator(f".photos a[data-photo='{photo.pk}']").click()
    expect(page.locator(".photo-viewer[data-state=shown]")).to_be_visible()
    expect(page.get_by_role("button", name="Arrow")).to_be_visible()


def takes(page: Page, tool: str) -> None:
    page.get_by_role("group", name="Draw").get_by_role("button", name=tool).click()


def drags(page: Page, start: Spot, end: Spot) -> None:
    page.mouse.move(*place(page, start))
    page.mouse.down()
    page.mouse.move(*place(page, end), steps=6)
    page.mouse.up()


def taps(page: Page, spot: Spot) -> None:
    page.mouse.click(*place(page, spot))


def place(page: Page, spot: Spot) -> Spot:
    box = page.locator(".photo-viewer-strokes").bounding_box()
    assert box
    return box["x"] + spot[0] * box["width"], box["y"] + spot[1] * box["height"]


def drawn(page: Page) -> Locator:
    return page.locator(".photo-viewer-strokes > g")


def numbers(page: Page) -> Locator:
    return page.locator(".photo-viewer-strokes text")


def colour_of(photo: SessionFile, spot: Spot) -> tuple[int, ...]:
    copy = Image.open(BytesIO(drawing.burnt(photo)))
    return copy.getpixel((int(spot[0] * copy.width), int(spot[1] * copy.height)))


def is_near(found: tuple[int, ...], wanted: str) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(found, bytes.fromhex(wanted.removeprefix("#")), strict=True))


def test_both_draw_and_see_it_at_once_and_it_stays(browse: Callable[..., Page], photo: SessionFile, carla: User, max: User) -> None:
    garage, home = browse(max), browse(carla, viewport={"width": 390, "height": 780})
    for page in (garage, home):
        looks_at(page, photo)

    takes(garage, "Arrow")
    drags(garage, (0.1, 0.1), (0.5, 0.5))
    expect(drawn(home)).to_have_count(1)
    expect(home.locator(".photo-viewer-legend")).to_have_text("Max")

    takes(home, "Number")
    taps(home, (0.7, 0.3))
    taps(home, (0.8, 0.6))
    expect(numbers(garage)).to_have_text(["1", "2"])
    expect(numbers(home)).to_have_text(["1", "2"])

    takes(garage, "Circle")
    drags(garage, (0.6, 0.7), (0.9, 0.9))
    expect(drawn(home)).to_have_count(4)
    garage.keyboard.press("Control+z")
    expect(drawn(home)).to_have_count(3)

    takes(garage, "Number")
    garage.context.set_offline(True)
    taps(garage, (0.2, 0.8))
    expect(garage.get_by_text("Not sent yet. Trying again…")).to_be_visible()
    expect(numbers(garage)).to_have_text(["1", "2", "3"])
    garage.context.set_offline(False)
    expect(numbers(home)).to_have_text(["1", "2", "3"])

    home.keyboard.press("Escape")
    home.keyboard.press("Escape")
    expect(home.locator(".photo-viewer")).to_be_hidden()
    expect(home.locator(f".photos a[data-photo='{photo.pk}']")).to_have_attribute("data-strokes", "4")
    home.reload()
    opens(home, photo)
    expect(drawn(home)).to_have_count(4)
    expect(numbers(home)).to_have_text(["1", "2", "3"])

    assert is_near(colour_of(photo, (0.45, 0.45)), strokes.COLOURS["mechanic"])
    assert is_near(colour_of(photo, (0.68, 0.3)), strokes.COLOURS["customer"])
    assert is_near(colour_of(photo, (0.9, 0.8)), "#9aa5a3"), "what was taken back is gone"


@pytest.mark.parametrize("window", [PHONE_AT_NIGHT, DESK_BY_DAY], ids=["phone at night", "desk by day"])
def test_it_can_be_drawn_without_a_pointer(
    browse: Callable[..., Page], window: dict, session: Session, photo: SessionFile, carla: User, max: User
) -> None:
    other = photo_in(session, carla, size=(600, 900), name="wheel.jpg")
    page = browse(max, reduced_motion="reduce", **window)
    page.goto(f"/chat/{session.pk}/")
    is_live(page)
    if window is PHONE_AT_NIGHT:
        page.get_by_role("button", name="Files").first.click()
    link = page.locator(f".photos a[data-photo='{photo.pk}']")
    link.press("Enter")
    title, keys = page.get_by_role("dialog").get_by_role("heading"), page.keyboard
    expect(title).to_have_text("engine.jpg")
    expect(page.get_by_role("button", name="Arrow")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)

    keys.press("ArrowRight")
    expect(title).to_have_text("wheel.jpg")
    expect(page.locator("span[data-place]")).to_have_text("2 of 2")
    keys.press("PageUp")
    expect(title).to_have_text("engine.jpg")
    for key in "++":
        keys.press(key)
    expect(page.locator("[data-percent]")).to_have_text("225 %")
    keys.press("0")

    keys.press("a")
    keys.press("Enter")
    for _ in range(4):
        keys.press("Shift+ArrowRight")
    keys.press("Enter")
    expect(drawn(page)).to_have_count(1)
    keys.press("n")
    keys.press("Shift+ArrowDown")
    keys.press("Enter")
    expect(numbers(page)).to_have_text(["1"])
    expect(page.locator(".photo-viewer [data-announce]")).to_have_text("Number 1")
    assert_accessible(page)
    kept = [(stroke["shape"], stroke["points"]) for stroke in wait_for_strokes(page, photo, 2)]
    assert kept == [("arrow", [[0.5, 0.5], [0.7, 0.5]]), ("number", [[0.7, 0.55]])]
    assert not other.annotations.exists()

    keys.press("Escape")
    keys.press("Escape")
    expect(page.locator(".photo-viewer")).to_be_hidden()
    expect(link).to_be_focused()


def wait_for_strokes(page: Page, photo: SessionFile, count: int) -> list[dict]:
    """What the server has, once it has so many."""
    expect(page.locator(f".photos a[data-photo='{photo.pk}']")).to_have_attribute("data-strokes", str(count))
    page.wait_for_function("document.querySelector('photo-drawing').post.waiting.length === 0")
    return drawing.strokes_of(photo)


def test_the_copy_looks_as_the_page_does(browse: Callable[..., Page], photo: SessionFile, carla: User, max: User) -> None:
    way = [[0.1 + 0.004 * step, 0.75 + 0.1 * ((step // 20) % 2)] for step in range(100)]
    both = [("arrow", [[0.1, 0.1], [0.4, 0.4]]), ("circle", [[0.9, 0.5], [0.5, 0.1]]), ("number", [[0.7, 0.3]]), ("line", way)]
    for place_in_order, (shape, points) in enumerate([*both, ("arrow", [[0.9, 0.9], [0.88, 0.88]])]):
        drawing.draw(photo.pk, by=(max, carla)[place_in_order % 2], client_id=photo_name(photo, place_in_order), shape=shape, points=points)
    page = browse(max, viewport={"width": 1200, "height": 1040})
    looks_at(page, photo)
    expect(drawn(page)).to_have_count(5)
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)  # until the photo has faded in
    seen = Image.open(BytesIO(page.locator(".photo-viewer-strokes").screenshot())).convert("RGB")
    copy = Image.open(BytesIO(drawing.burnt(photo))).convert("RGB").resize(seen.size)
    differing = ImageChops.difference(seen, copy).convert("L").point(lambda value: 255 if value > 90 else 0)
    share = differing.histogram()[255] / (seen.width * seen.height)
    assert len(set(seen.getdata())) > 50, "there is hardly anything on it, so this shows nothing"
    assert share < 0.002, f"{share:.2%} of the page's pixels are another colour in the copy"


def photo_name(photo: SessionFile, number: int) -> str:
    return str(photo.pk)[:-1] + f"{number:x}"


def test_fingers_pinch_flick_and_draw(browse: Callable[..., Page], session: Session, photo: SessionFile, carla: User) -> None:
    photo_in(session, carla, size=(600, 900), name="wheel.jpg")
    page = browse(carla, has_touch=True, is_mobile=True, **PHONE_AT_NIGHT)
    looks_at(page, photo)
    fingers = page.context.new_cdp_session(page)
    size, title = page.locator("[data-percent]"), page.get_by_role("dialog").get_by_role("heading")

    def touch(kind: str, *points: Spot) -> None:
        at = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    def moves(start: Spot, way: Spot) -> None:
        touch("touchStart", start)
        for step in range(6):
            touch("touchMove", (start[0] + way[0] * step / 5, start[1] + way[1] * step / 5))

    touch("touchStart", (150, 350))
    touch("touchStart", (150, 350), (210, 350))
    touch("touchMove", (120, 350), (240, 350))
    touch("touchEnd")
    expect(size).to_have_text("200 %")
    for _ in range(2):
        page.touchscreen.tap(180, 350)
    expect(size).to_have_text("100 %")
    page.get_by_role("button", name="Arrow").tap()
    expect(page.get_by_role("button", name="Arrow")).to_have_attribute("aria-pressed", "true")
    moves((100, 300), (60, 0))
    touch("touchStart", (160, 300), (220, 350))
    touch("touchMove", (160, 300), (220, 350))
    touch("touchEnd")
    expect(drawn(page)).to_have_count(0)
    moves((100, 300), (60, 60))
    touch("touchEnd")
    expect(drawn(page)).to_have_count(1)

    page.wait_for_timeout(400)  # no finger is back sooner; Chromium takes a tap right after a flick for the end of the flick
    page.get_by_role("button", name="Move").tap()
    expect(page.get_by_role("button", name="Move")).to_have_attribute("aria-pressed", "true")
    moves((300, 350), (-160, 0))
    touch("touchEnd")
    expect(title).to_have_text("wheel.jpg")
