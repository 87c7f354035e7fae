"""What both take away: the report on the page, printed, and as a PDF, looked at page by page."""

from collections.abc import Callable
from uuid import uuid4

import pypdfium2
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from accounts_app.models import User
from diagnostics_app import answers
from diagnostics_app.checklists import steps_for
from files_app import drawing
from files_app.tests.photos import photo_in, picture
from lifecycle import room
from sessions_app.models import Session
from tests.browser.conftest import assert_accessible, assert_fits
from tests.cast import REPORT, an_hour_passes, live

GREEN, RED = (42, 157, 74), (217, 44, 10)
WIDE, TALL = (1600, 1200), (900, 1200)
PHONE_AT_NIGHT = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


@pytest.fixture
def session(carla: User, max: User) -> Session:
    """Four photos, Max drew on the second; two steps checked; over for an hour."""
    session = live(carla, max, category="warning_light")
    green = "#{:02x}{:02x}{:02x}".format(*GREEN)
    sizes = (WIDE, TALL, WIDE, TALL)
    photos = [photo_in(session, carla, content=picture(size, green), size=size, name=f"engine {size[0]}.jpg") for size in sizes]
    drawing.draw(photos[1].pk, by=max, client_id=uuid4(), shape="circle", points=[[0.2, 0.3], [0.8, 0.7]])
    steps = [step.key for step in steps_for("warning_light")]
    fault = {"result": "fault", "note": "The coil has a crack.", "trouble_codes": ["P0302"], "files": [photos[1].pk]}
    answers.answer(session.pk, by=max, step=steps[0], **fault)
    answers.answer(session.pk, by=max, step=steps[1], result="ok")
    an_hour_passes(session)
    return room.complete(session.pk, by=max, report=room.ReportData(**REPORT, cost_from=120, cost_to=180, currency="USD"))


def downloaded(page: Page, link: Locator) -> pypdfium2.PdfDocument:
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith("-2016-toyota-corolla.pdf")
    return pypdfium2.PdfDocument(download.value.path())


def assert_is_the_report(document: pypdfium2.PdfDocument) -> None:
    text = " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    for part in ("2016 Toyota Corolla", REPORT["findings"], REPORT["recommended_work"], "The coil has a crack.", "$120.00 to $180.00"):
        assert part in text
    frames = [frame for page in pictures(document) for frame in patches(page, GREEN)]
    shapes = [round(width / height, 1) for _left, _top, width, height in frames]
    assert shapes == [1.3, 0.8, 1.3, 0.8], f"photos that are whole, in order: {frames}"
    assert sum(bool(mask(page, RED).getbbox()) for page in pictures(document)) == 1, "what was drawn is on one photo"


def pictures(document: pypdfium2.PdfDocument) -> list[Image.Image]:
    return [page.render().to_pil().convert("RGB") for page in document]


def mask(page: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """White where the page has nearly this colour."""
    away = ImageChops.difference(page, Image.new("RGB", page.size, colour))
    bands = [band.point(lambda value: 255 if value < 24 else 0) for band in away.split()]
    return ImageChops.darker(ImageChops.darker(bands[0], bands[1]), bands[2])


def patches(page: Image.Image, colour: tuple[int, int, int]) -> list[tuple[int, int, int, int]]:
    """(left, top, width, height) of each photo of this colour: row by row, from left to right. Photos stand in two columns."""
    found = []
    for left, right in ((0, page.width // 2), (page.width // 2, page.width)):
        column = mask(page, colour).crop((left, 0, right, page.height))
        rows = [bool(column.crop((0, y, column.width, y + 1)).getbbox()) for y in range(column.height)]
        starts = [y for y in range(1, column.height) if rows[y] and not rows[y - 1]]
        for top in starts:
            bottom = next((y for y in range(top, column.height) if not rows[y]), column.height)
            box = column.crop((0, top, column.width, bottom)).getbbox()
            found.append((left + box[0], top, box[2] - box[0], bottom - top))
    return sorted(found, key=lambda patch: (round(patch[1] / 100), patch[0]))


def test_both_download_it_from_where_they_look_for_it(browse: Callable[..., Page], session: Session, max: User, carla: User) -> None:
    of_max = browse(max)
    of_max.goto("/mechanic/completed/")
    assert_is_the_report(downloaded(of_max, of_max.locator(f"#report-{session.pk}")))
    of_carla = browse(carla)
    of_carla.goto("/my/")
    assert_is_the_report(downloaded(of_carla, of_carla.get_by_role("link", name="Download report")))


def test_the_printed_page_looks_like_it(browse: Callable[..., Page], session: Session, carla: User) -> None:
    page = browse(carla, color_scheme="dark")
    page.goto(f"/sessions/{session.pk}/summary/")
    expect(page.get_by_role("heading", name="Safe to drive")).to_be_visible()
    document = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True, print_background=True))
    assert_is_the_report(document)
    text = " ".join(sheet.get_textpage().get_text_range() for sheet in document)
    for pressed in ("Download report", "Print", "Skip to the content", "Sign out", "What happened", "Give stars"):
        assert pressed not in text
    for sheet in pictures(document):
        assert sheet.getpixel((2, 2)) == (255, 255, 255), "paper is white, also at night"


def test_the_page_shows_the_photos_with_their_drawings(browse: Callable[..., Page], session: Session, carla: User) -> None:
    page = browse(carla, **PHONE_AT_NIGHT)
    page.goto(f"/sessions/{session.pk}/summary/")
    photos = page.locator(".report-photo img")
    expect(photos).to_have_count(4)
    for photo in photos.all():
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("image => image.naturalWidth") > 0
    assert ["/drawn/" in photo.get_attribute("src") for photo in photos.all()] == [False, True, False, False]
    page.get_by_role("link", name="Photo 2", exact=True).click()
    expect(page.locator("#photo-2")).to_be_in_viewport()
    assert_fits(page)
    assert_accessible(page)
