"""The table of uploads once more, all the way: sent over HTTP into a room and into an intake, checked by the job, asked for by a browser.

What becomes of each sample is shown in test_inspection.py; here are those that stand for their row of the table. Each row goes through
both doors, each of its samples through one of them: an inspection is what takes the time here.
"""

import hashlib
import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from files_app import storage, tasks
from files_app.limits import LARGEST, Kind, Refusal
from files_app.models import SessionFile, Upload
from files_app.tests import samples
from files_app.tests.samples import SAMPLES, Sample
from files_app.tests.sending import announce, new_intake, send
from sessions_app.models import Session
from sessions_app.tests.browsing import browser

pytestmark = pytest.mark.django_db

ROWS = {
    "photos": [
        "jpeg_of_4_mb_on_its_side",
        "jpeg_with_gps_and_all_other_metadata",
        "png_with_texts",
        "webp_on_its_side",
        "heic_with_a_depth_image",
    ],
    "videos": ["mp4_h264", "mov_hevc_with_a_place", "mp4_with_a_place", "webm_recorded_by_a_browser"],
    "a plain PDF": ["pdf_that_tells_who_made_it_and_where_to_open"],
    "active PDFs": ["pdf_with_javascript", "pdf_with_javascript_on_opening", "pdf_with_an_embedded_file", "pdf_with_a_password"],
    "endless PDFs": ["pdf_whose_pages_go_round", "pdf_with_a_form_that_draws_itself"],
    "EICAR": ["eicar_named_jpg", "eicar_in_a_zip_named_pdf", "jpeg_with_eicar_behind"],
    "pages and drawings": ["page_named_jpg", "svg", "svg_named_png", "svg_with_an_external_entity"],
    "photos with more in them": ["jpeg_with_a_script_behind", "jpeg_with_a_zip_behind", "jpeg_with_php_in_its_comment"],
    "two at once": ["gif_that_is_a_script", "pdf_in_a_jpeg"],
    "too much": ["png_of_50_000_by_50_000", "png_of_13_000_by_13_000", "png_with_a_text_of_1_gb", "png_with_a_profile_of_1_gb"],
    "many frames": ["png_with_10_000_frames", "webp_with_10_000_frames"],
    "archives": ["zip_of_10_gb", "zip_that_climbs_out", "zip_with_a_link"],
    "broken": ["one_byte", "jpeg_cut_in_half", "jpeg_with_a_scan_overwritten_at_random"],
    "claims": ["jpeg_claimed_to_be_a_page", "jpeg_named_exe"],
    "other pictures": ["tiff_named_jpg", "bmp_named_jpg", "ico_named_jpg", "eps_named_jpg", "psd_named_jpg", "jp2_named_jpg"],
    "endless videos": ["mp4_with_a_million_atoms", "playlist_for_hls", "mov_that_is_at_an_address"],
}


@pytest.fixture
def maxs(max: User) -> Client:
    return browser(max)


def by_tus(client: Client, home: Session | UUID, sample: Sample) -> SessionFile:
    return send(client, home, sample.make(), name=sample.file_name, filetype=sample.claimed)


def by_form(client: Client, home: Session | UUID, sample: Sample) -> SessionFile:
    address = reverse("session-files", args=[home.pk]) if isinstance(home, Session) else reverse("intake-files", args=[home])
    before = set(SessionFile.objects.values_list("pk", flat=True))
    file = SimpleUploadedFile(sample.file_name, sample.make(), sample.claimed)
    assert client.post(address, {"files": file, "client_id": uuid4()}).status_code == 302
    return SessionFile.objects.exclude(pk__in=before).get()


def checked(file: SessionFile) -> SessionFile:
    """As the job leaves it."""
    assert (file.state, file.file) == ("checking", "")
    tasks.inspect_file(str(file.pk))
    file.refresh_from_db()
    assert list(storage.names(f"incoming/{file.pk}/")) == [], "what was sent is still there"
    return file


def by_the_room(row: str) -> list[Sample]:
    return [SAMPLES[name] for name in ROWS[row][::2]]


def by_the_intake(row: str) -> list[Sample]:
    """The others; one that stands alone for its row goes through both."""
    return [SAMPLES[name] for name in ROWS[row][1::2] or ROWS[row]]


def test_every_row_goes_through_both_doors():
    assert len(ROWS) >= 16 and all(by_the_room(row) and by_the_intake(row) for row in ROWS)
    assert all({*by_the_room(row), *by_the_intake(row)} == {SAMPLES[name] for name in ROWS[row]} for row in ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_into_the_room(row: str, room: Session, carlas: Client, maxs: Client):
    for place, sample in enumerate(by_the_room(row)):
        sender, other, way = (carlas, maxs, by_tus) if place % 2 else (maxs, carlas, by_form)
        file = checked(way(sender, room, sample))
        if sample.is_ready:
            is_shown(file, sample, other)
        else:
            is_refused(file, sample, sender, other, reverse("session-files", args=[room.pk]))


@pytest.mark.parametrize("row", ROWS)
def test_into_the_intake(row: str):
    visitor = Client()
    intake = new_intake(visitor)
    for place, sample in enumerate(by_the_intake(row)):
        file = checked((by_form if place % 2 else by_tus)(visitor, intake, sample))
        small = visitor.get(reverse("intake-thumbnail", args=[intake, file.pk]))
        assert (small.status_code, file.state == "ready") == (200 if file.thumbnail else 404, sample.is_ready)
        if file.thumbnail:
            assert small.getvalue().startswith(b"\xff\xd8\xff")
        if not sample.is_ready:
            shelf = unescape(visitor.get(reverse("intake-files", args=[intake])).content.decode())
            assert file.refusal in sample.refusals and file.why_refused in shelf


def is_shown(file: SessionFile, sample: Sample, other: Client) -> None:
    """To the other side, as what it is, and without what it brought along."""
    assert file.state == "ready", file.refusal
    answer = other.get(reverse("session-file", args=[file.session_id, file.pk]))
    content = answer.getvalue()
    assert (answer.status_code, answer["Content-Type"]) == (200, sample.content_type)
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == ("nosniff", "sandbox; default-src 'none'")
    assert answer["Content-Disposition"].startswith("attachment" if file.kind == Kind.DOCUMENT else "inline")
    assert hashlib.sha256(content).hexdigest() == file.sha256
    assert not [foreign for foreign in sample.gone if foreign in content]
    assert sample.size is None or (file.width, file.height) == sample.size
    small = other.get(reverse("session-thumbnail", args=[file.session_id, file.pk]))
    assert small.status_code == (200 if file.thumbnail else 404)
    assert file.kind != Kind.PHOTO or small["Content-Type"] == "image/jpeg"
    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"files/{file.pk}/{uuid}\.(jpg|png|mp4|mov|webm|pdf)", file.file)


def is_refused(file: SessionFile, sample: Sample, sender: Client, other: Client, shelf: str) -> None:
    """Nobody sees it, nothing of it is kept, and its sender reads why."""
    assert (file.state, file.refusal in sample.refusals) == ("refused", True), file.refusal
    for client in (sender, other):
        for address in ("session-file", "session-thumbnail"):
            assert client.get(reverse(address, args=[file.session_id, file.pk])).status_code == 404
    assert list(storage.names(f"files/{file.pk}/")) == []
    assert file.why_refused in unescape(sender.get(shelf).content.decode())


def test_what_is_empty_or_too_large_is_not_even_taken(room: Session, carlas: Client):
    assert announce(carlas, room, 0).status_code == 422
    assert announce(carlas, room, LARGEST[Kind.PHOTO] + 1).status_code == 413
    assert not Upload.objects.exists() and not SessionFile.objects.exists()


def test_what_is_too_large_for_what_it_turns_out_to_be_is_refused(room: Session, carlas: Client):
    """A photo that is announced as a video may have the size of one, until somebody looks."""
    photo = Sample("photo", lambda: samples.jpeg_of(LARGEST[Kind.PHOTO] + 1), "clip.mp4", "video/mp4")
    assert checked(by_tus(carlas, room, photo)).refusal == Refusal.TOO_LARGE


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.jpg",
        "..\\..\\x.jpg",
        "x\0.jpg",
        "a.php.jpg",
        ".htaccess",
        "x" * 300 + ".jpg",
        "gpj\N{RIGHT-TO-LEFT OVERRIDE}.exe",
        "x\r\nSet-Cookie: a=b.jpg",
        "\"><script>alert('x')</script>.jpg",
        "\N{AUTOMOBILE}.jpg",
        " ",
    ],
)
def test_a_name_is_a_label_and_leads_nowhere(name: str, room: Session, carlas: Client, maxs: Client):
    file = checked(send(carlas, room, SAMPLES["jpeg_named_exe"].make(), name=name))
    is_shown(file, SAMPLES["jpeg_named_exe"], maxs)
    said = maxs.get(reverse("session-file", args=[room.pk, file.pk]))["Content-Disposition"]
    assert 0 < len(file.name) <= 100 and file.name.isprintable()
    assert not re.search(r"[\r\n\0\\/]|\N{RIGHT-TO-LEFT OVERRIDE}", file.name)
    assert not re.search(r"[\r\n]", said)
    assert "<script>" not in maxs.get(reverse("session-files", args=[room.pk])).content.decode().replace("&lt;script&gt;", "")
