"""The report as a PDF, read back and looked at: its words, its pages, its pictures, and who gets it."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from PIL import Image

from accounts_app.models import Mechanic, User
from diagnostics_app import answers
from diagnostics_app.checklists import steps_for
from files_app import drawing, storage
from files_app.models import SessionFile
from files_app.tests.photos import photo_in, picture
from lifecycle import room
from mechanichub import fonts, paper
from sessions_app.models import Session
from sessions_app.tests.browsing import at, browser, looked
from tests import cast

pytestmark = pytest.mark.django_db

PHONE = "415-555-0101"
CAR = {"year": 2016, "make": "Toyota", "model": "Corolla", "vin": "2T1BURHE5GC123456", "plate": "7ABC123", "odometer": 84000}
RED, GREEN = "#d92c0a", "#2a9d4a"
A4, LETTER = (595, 842), (612, 792)  # points


@pytest.fixture
def told() -> dict[str, Any]:
    return {"car": CAR, "category": "warning_light", "trouble_codes": ["P0302", "P0420"]}


def finished(session: Session, mechanic: User, **report: Any) -> Session:
    cast.an_hour_passes(session)
    return room.complete(session.pk, by=mechanic, report=room.ReportData(**cast.REPORT | report))


def downloaded(user: User, session: Session) -> HttpResponse:
    answer = browser(user).get(at("session-report-pdf", session))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf", answer.content[:500]
    return answer


def pdf(user: User, session: Session) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(downloaded(user, session).content)


def words(document: pypdfium2.PdfDocument) -> str:
    """All text in one line, page by page."""
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def seen(document: pypdfium2.PdfDocument) -> Iterator[Image.Image]:
    """The pages as pictures, a pixel a point."""
    return (page.render().to_pil().convert("RGB") for page in document)


def area(page: Image.Image, colour: str) -> int:
    """How many pixels have nearly this colour."""
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return sum(all(abs(one - other) < 12 for one, other in zip(pixel, wanted, strict=True)) for pixel in page.get_flattened_data())


# --- what it says --------------------------------------------------------------------------------


def test_it_says_all_that_was_told_found_and_recommended(carla, max, told):
    session = cast.live(carla, max, **told, safety=["brakes"])
    finished(session, max, severity="urgent", safe_to_drive=False, cost_from=180, cost_to=320, currency="USD")
    for user in (carla, max):
        text = words(pdf(user, session))
        for part in ("2016 Toyota Corolla", CAR["vin"], CAR["plate"], "84,000", "The engine light is on, code P0302."):
            assert part in text
        for part in (cast.REPORT["findings"], cast.REPORT["recommended_work"], "Do not drive this car", "Have it repaired now."):
            assert part in text
        for part in ("$180.00 to $320.00", "P0302 Cylinder 2 misfires", "P0420", "Reported: Brakes", "A warning light is on"):
            assert part in text
        for part in ("Carla Example", "Max", "Will's Garage", "Oakland", str(session.pk), " minutes"):
            assert part in text
        assert all(name in text for name in ("Sent", "Accepted", "Started", "Ended", "Lasted"))
        assert "Page 1 of" in text


def test_a_car_in_order_is_called_safe(carla, max):
    text = words(pdf(carla, finished(cast.live(carla, max), max, severity="info")))
    assert "Safe to drive" in text and "Nothing to worry about." in text and "Do not drive" not in text


def test_the_guided_check_is_in_it_with_the_numbers_of_its_photos(carla, max, told):
    session = cast.live(carla, max, **told)
    first, second = photo_in(session, carla), photo_in(session, carla)
    steps = [step.key for step in steps_for("warning_light")][:2]
    answers.answer(
        session.pk, by=max, step=steps[0], result="fault", note="A crack in the coil.", trouble_codes=["P0302"], files=[second.pk]
    )
    answers.answer(session.pk, by=max, step=steps[1], result="ok")
    finished(session, max)
    text = words(pdf(carla, session))
    assert "What was checked" in text and "A crack in the coil. P0302 Photos: 2" in text and "Fault" in text and "OK" in text
    html = browser(carla).get(at("session-summary", session)).content.decode()
    assert "A crack in the coil." in html and 'href="#photo-2"' in html and first.name in html


def test_it_has_a_title_an_author_and_a_language(carla, max, told):
    document = pdf(carla, finished(cast.live(carla, max, **told), max))
    about = document.get_metadata_dict()
    assert about["Title"].startswith("Report: 2016 Toyota Corolla, ") and about["Author"] == "MechanicHub"
    assert "/Lang (en" in downloaded(carla, Session.objects.get()).content.decode("latin-1")
    assert [item.get_title() for item in document.get_toc()][:2] == ["The car", "What was found"]


def test_it_is_sent_as_a_file_that_nobody_keeps_on_the_way(carla, max, told):
    answer = downloaded(carla, finished(cast.live(carla, max, **told), max))
    day = Session.objects.get().created_at.date().isoformat()
    assert answer["Content-Disposition"] == f'attachment; filename="report-{day}-2016-toyota-corolla.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_the_name_of_the_file_keeps_letters_of_any_script(carla, max, told):
    told["car"] = CAR | {"make": "日産", "model": '"; ../x\r\nX: y'}
    answer = downloaded(carla, finished(cast.live(carla, max, **told), max))
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''report-") and "%E6%97%A5" in answer["Content-Disposition"]
    assert not {"\r", "\n", '"', ".."} & set(answer["Content-Disposition"])


@pytest.mark.parametrize(("country", "size"), [("US", LETTER), ("DE", A4), ("", A4)])
def test_the_paper_is_that_of_the_country(carla, max, country, size):
    session = finished(cast.live(carla, max, country=country), max)
    assert tuple(round(side) for side in pdf(carla, session)[0].get_size()) == size


def test_the_paper_can_be_set(carla, max, settings):
    settings.REPORT_PAPER = "Letter"
    session = finished(cast.live(carla, max, country="DE"), max)
    assert tuple(round(side) for side in pdf(carla, session)[0].get_size()) == LETTER


# --- who gets it ---------------------------------------------------------------------------------


def test_how_to_reach_the_customer_is_for_those_who_may_know(carla, max, will, sam):
    session = finished(cast.live(carla, max), max)
    for user in (carla, max):
        assert PHONE in words(pdf(user, session)) and carla.email in words(pdf(user, session))
    for user in (will, sam):
        text = words(pdf(user, session))
        assert "Carla Example" in text and PHONE not in text and carla.email not in text
    answer = looked(sam, session).get(at("session-report-pdf", session))
    assert PHONE in words(pypdfium2.PdfDocument(answer.content))


def test_the_owner_of_the_workshop_gets_no_photos(carla, max, will):
    session = cast.live(carla, max)
    photo_in(session, carla, content=picture(colour=GREEN))
    finished(session, max)
    assert sum(area(page, GREEN) for page in seen(pdf(carla, session))) > 5000
    assert sum(area(page, GREEN) for page in seen(pdf(will, session))) == 0


def test_others_get_nothing(carla, max, colin, nora, oscar):
    session = finished(cast.live(carla, max), max)
    for user in (colin, nora, oscar):
        assert browser(user).get(at("session-report-pdf", session)).status_code == 404
    assert browser(None).get(at("session-report-pdf", session)).status_code == 302


def test_it_can_be_downloaded_where_it_is_looked_for(carla, max):
    address = at("session-report-pdf", finished(cast.live(carla, max), max))
    for user, page in ((max, reverse("mechanic-completed")), (carla, reverse("my")), (carla, at("session-summary", Session.objects.get()))):
        assert address in browser(user).get(page).content.decode()


# --- sessions that went otherwise ----------------------------------------------------------------


def test_a_session_too_short_to_count_says_so(carla, max):
    session = cast.live(carla, max)
    room.complete(session.pk, by=max, report=room.ReportData(**cast.REPORT))
    said = "It was live for less than 60 seconds, so it counts as cancelled and not as completed."
    text = words(pdf(carla, session))
    assert "This session was cancelled" in text and said in text and cast.REPORT["findings"] in text
    html = browser(carla).get(at("session-summary", session)).content.decode()
    assert said in html and cast.REPORT["findings"] in html


def test_cancelled_and_open_sessions_have_a_summary_too(carla, colin, max):
    cancelled = words(pdf(carla, cast.cancelled(carla)))
    assert "This session was cancelled" in cancelled and "It started again." in cancelled and "less than 60" not in cancelled
    assert "This session is not over yet" in words(pdf(colin, cast.live(colin, max)))


def test_a_session_that_support_ended_has_no_report(carla, max, sam):
    session = cast.live(carla, max)
    cast.an_hour_passes(session)
    room.complete(session.pk, by=sam, report=None, reason="The mechanic lost his line.")
    assert "ended by the support team, without a report" in words(pdf(carla, session))


# --- any text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Катушка зажигания изношена",
        "Το πηνίο έχει φθαρεί",
        "点火线圈磨损",
        "イグニッションコイル",
        "점화 코일 마모",
        "Cuộn dây đánh lửa",
        "ขดลวดจุดระเบิด",
    ],
    ids=["Cyrillic", "Greek", "Chinese", "Japanese", "Korean", "Vietnamese", "Thai"],
)
def test_every_script_is_real_text(carla, max, text):
    session = finished(cast.live(carla, max), max, findings=text)
    assert text in words(pdf(carla, session))


@pytest.mark.parametrize("text", ["סליל ההצתה שחוק", "ملف الإشعال تالف"], ids=["Hebrew", "Arabic"])
def test_what_is_read_from_the_right_begins_at_the_right(carla, max, text):
    session = finished(cast.live(carla, max), max, findings=text, recommended_work="Coil")
    page = pdf(carla, session)[0]
    width = page.get_width()
    found = page.get_textpage()
    boxes = [found.get_charbox(at) for at, letter in enumerate(found.get_text_range()) if "\u0590" < letter < "\u0700" or letter > "\ufb00"]
    assert len(boxes) > 8 and all(left > width / 2 for left, *_others in boxes) and any(right > width - 60 for _l, _b, right, _t in boxes)


def test_arabic_letters_are_joined():
    """Inside of a word they have other forms, and so other widths, than alone."""
    blank = blank_paper()
    blank.letters(12, paper.INK)
    blank.set_text_shaping(True)
    joined = blank.get_string_width("محمد")
    assert joined > 0 and abs(joined - sum(map(blank.get_string_width, "محمد"))) > 0.1


def blank_paper(**about: Any) -> Any:
    return paper.Paper(paper.A4, **{"title": "", "author": "", "language": "en", "everything": "", "running": "", "foot": "", **about})


def test_what_no_font_has_is_named_or_shown_as_a_box(carla, max):
    session = finished(cast.live(carla, max), max, findings="On fire 🔥, a 🚗 from the 🇺🇸, বাংলা ✓")
    assert "On fire [fire], a [automobile] from the US, □□□□□ ✓" in words(pdf(carla, session))


def test_nothing_unprintable_is_left():
    every_tenth = "".join(chr(code) for code in range(0, 0x20000, 10) if not 0xD800 <= code < 0xE000)
    assert all(letter == "\n" or fonts.is_drawn(letter) for letter in fonts.printable(every_tenth))


def test_hostile_text_is_just_text(carla, max):
    text = '<script>alert(1)</script> **bold** __under__ {nb} \uf8f1 [link](http://evil) %s \\n ") Tj ET'
    session = finished(cast.live(carla, max, name=text[:100]), max, findings=text)
    shown = words(pdf(carla, session))
    assert text.replace("\uf8f1", "□") in shown
    assert "http://evil" not in links(pdf(carla, session))


def links(document: pypdfium2.PdfDocument) -> str:
    saved = BytesIO()
    document.save(saved)
    return saved.getvalue().decode("latin-1").split("/URI", 1)[-1] if b"/URI" in saved.getvalue() else ""


def test_long_texts_go_on_over_the_pages(carla, max):
    long = " ".join(f"word{number}" for number in range(800))
    session = finished(
        cast.live(carla, max, concern="y" * 300 + " ok"), max, findings=f"{'x' * 300}\n\n{long} END", recommended_work="z" * 8000
    )
    document = pdf(carla, session)
    text = words(document)
    assert len(document) >= 4 and f"Page {len(document)} of {len(document)}" in text
    assert all(f"word{number} " in text for number in range(800)) and "END" in text
    assert sum(page.get_textpage().get_text_range().count("z") for page in document) >= 8000
    for page in seen(document):
        # Nothing runs over the edge: the margins are white.
        for edge in ((0, 0, 40, page.height), (page.width - 40, 0, page.width, page.height)):
            assert set(page.crop(edge).get_flattened_data()) == {(255, 255, 255)}


# --- photos --------------------------------------------------------------------------------------


def test_photos_are_in_it_with_what_was_drawn_on_them(carla, max):
    session = cast.live(carla, max)
    plain = photo_in(session, carla, content=picture((4000, 3000), GREEN), size=(4000, 3000), name="plain.jpg")
    drawn_on = photo_in(session, carla, content=picture((3000, 4000), GREEN), size=(3000, 4000), name="drawn on.jpg")
    drawing.draw(drawn_on.pk, by=max, client_id=uuid4(), shape="circle", points=[[0.2, 0.2], [0.8, 0.8]])
    finished(session, max)
    document = pdf(carla, session)
    assert "1 plain.jpg" in words(document) and "2 drawn on.jpg" in words(document)
    page = next(page for page in seen(document) if area(page, GREEN))
    left, right = page.crop((0, 0, page.width // 2, page.height)), page.crop((page.width // 2, 0, page.width, page.height))
    assert area(left, GREEN) > 30_000 and area(right, GREEN) > 15_000
    assert area(left, RED) == 0 and area(right, RED) > 100
    largest = [(picture.width, picture.height) for picture in embedded(document)]
    assert sorted(largest) == [(1200, 1600), (1600, 1200)] and plain.pk


def embedded(document: pypdfium2.PdfDocument) -> Iterator[Image.Image]:
    images = (each for page in document for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))
    return (image.get_bitmap().to_pil() for image in images)


def test_ten_photos_and_other_files(carla, max):
    session = cast.live(carla, max)
    for number in range(9):
        photo_in(session, carla, name=f"photo {number}.jpg")
    photo_in(session, carla, name="noise.mp4", kind="video", content_type="video/mp4")
    document = pdf(carla, finished(session, max))
    text = words(document)
    assert all(f"{number + 1} photo {number}.jpg" in text for number in range(9))
    assert "Clips and documents" in text and "noise.mp4" in text and len(list(embedded(document))) == 9


def test_only_what_was_found_good_is_in_it(carla, max):
    session = cast.live(carla, max)
    SessionFile.objects.create(session=session, uploader=carla, name="checking.jpg", size=10)
    assert "checking.jpg" not in words(pdf(carla, finished(session, max)))


def test_a_photo_whose_object_is_gone_has_a_placeholder(carla, max):
    session = cast.live(carla, max)
    lost, there = photo_in(session, carla, name="lost.jpg"), photo_in(session, carla, name="there.jpg")
    storage.delete([lost.file])
    document = pdf(carla, finished(session, max))
    assert "This photo is not available just now." in words(document) and "lost.jpg" in words(document)
    assert len(list(embedded(document))) == 1 and there.pk


@pytest.mark.parametrize("broken", ["switched off", "no table"])
def test_without_files_the_report_is_made_all_the_same(carla, max, settings, broken):
    session = cast.live(carla, max)
    photo_in(session, carla)
    finished(session, max)
    if broken == "switched off":
        settings.FILES_ENABLED = False
    else:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE files_app_sessionfile RENAME TO files_app_elsewhere")
    text = words(pdf(carla, session))
    assert "Files are not available just now" in text and cast.REPORT["findings"] in text
    html = browser(carla).get(at("session-summary", session)).content.decode()
    assert "Files are not available just now" in html and cast.REPORT["findings"] in html


def test_staff_see_photos_after_saying_why(carla, max, sam):
    session = cast.live(carla, max)
    photo_in(session, carla)
    finished(session, max)
    document = pdf(sam, session)
    assert "after giving a reason" in words(document) and not list(embedded(document))
    assert at("session-look", session) in browser(sam).get(at("session-summary", session)).content.decode()
    answer = looked(sam, session).get(at("session-report-pdf", session))
    assert len(list(embedded(pypdfium2.PdfDocument(answer.content)))) == 1


def test_a_mechanic_without_a_workshop(carla, max):
    Mechanic.objects.filter(pk=max.pk).update(workshop=None, city="")
    text = words(pdf(carla, finished(cast.live(carla, max), max)))
    assert "Workshop" not in text and "Works in" not in text
