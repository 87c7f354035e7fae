"""How a file reaches a browser: its headers, its parts, and by whom it is sent."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from accounts_app.models import User
from files_app import storage
from files_app.models import Bundle, SessionFile
from files_app.tests.photos import photo_in, picture
from sessions_app.tests.browsing import browser, looked
from tests import cast

CLIP = bytes(number % 251 for number in range(300_000))


def fetch(user: User | None, file: SessionFile, what: str = "session-file", **headers: str) -> HttpResponse:
    return browser(user).get(reverse(what, args=[file.session_id, file.pk]), headers=headers)


def body(response: HttpResponse) -> bytes:
    return response.getvalue()


@pytest.fixture
def photo(carla: User, max: User) -> SessionFile:
    return photo_in(cast.live(carla, max), by=carla)


@pytest.fixture
def clip(carla: User, max: User) -> SessionFile:
    """A film of 300,000 bytes, which nobody can see for that reason."""
    found = {"kind": "video", "content_type": "video/mp4", "width": None, "height": None}
    return photo_in(cast.live(carla, max), by=carla, content=CLIP, name="noise.mp4", **found)


# --- what is said about it -----------------------------------------------------------------------


def test_a_photo_is_shown_as_what_it_was_found_to_be(photo: SessionFile, max: User) -> None:
    answer = fetch(max, photo)
    assert answer.status_code == 200 and body(answer) == picture()
    assert answer["Content-Type"] == "image/jpeg" and answer["Content-Length"] == str(len(picture()))
    assert answer["Content-Disposition"] == 'inline; filename="engine.jpg"'


def test_nothing_in_a_file_may_run_or_be_taken_for_something_else(photo: SessionFile, carla: User) -> None:
    for answer in (fetch(carla, photo), fetch(carla, photo, "session-thumbnail")):
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_document_is_kept_and_not_opened(carla: User, max: User) -> None:
    document = photo_in(cast.live(carla, max), by=carla, kind="document", content_type="application/pdf", name="bill.pdf")
    assert fetch(max, document)["Content-Disposition"] == 'attachment; filename="bill.pdf"'


@pytest.mark.parametrize("name", ['a"b.jpg', "Größe 🚗.jpg", "x;y=z.jpg", "<b>.jpg"])
def test_a_name_is_only_a_label_in_the_header(carla: User, max: User, name: str) -> None:
    said = fetch(max, photo_in(cast.live(carla, max), by=carla, name=name))["Content-Disposition"]
    assert re.fullmatch(r"""inline; filename(="([^"\\]|\\.)*"|\*=utf-8''[\w.%~-]+)""", said, re.ASCII)


def test_a_browser_that_has_it_asks_each_time_whether_its_person_may_still_see_it(photo: SessionFile, carla: User, colin: User) -> None:
    first = fetch(carla, photo)
    assert first["Cache-Control"] == "private, no-cache"
    again = fetch(carla, photo, if_none_match=first["ETag"])
    assert again.status_code == 304 and not again.content
    assert fetch(colin, photo, if_none_match=first["ETag"]).status_code == 404


def test_a_question_about_it_is_answered_without_it(clip: SessionFile, carla: User) -> None:
    answer = browser(carla).head(reverse("session-file", args=[clip.session_id, clip.pk]))
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (200, "300000", "bytes")
    assert not answer.content


def test_it_is_not_compressed_again(clip: SessionFile, carla: User) -> None:
    answer = fetch(carla, clip, accept_encoding="gzip")
    assert "Content-Encoding" not in answer and body(answer) == CLIP


# --- parts of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, 300_000),
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=299990-400000", 299_990, 300_000),
        ("bytes=-7", 299_993, 300_000),
        ("bytes=-999999", 0, 300_000),
    ],
)
def test_a_player_gets_the_part_it_asks_for(clip: SessionFile, max: User, asked: str, start: int, stop: int) -> None:
    answer = fetch(max, clip, range=asked)
    assert body(answer) == CLIP[start:stop] and answer["Content-Length"] == str(stop - start)
    # Also when it is all of it: Safari plays nothing from who does not answer a range with a range.
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {start}-{stop - 1}/300000")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize("asked", ["bytes=300000-", "bytes=-0", "bytes=900000-900001"])
def test_a_part_that_is_not_there_is_refused(clip: SessionFile, max: User, asked: str) -> None:
    answer = fetch(max, clip, range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */300000")


@pytest.mark.parametrize("asked", ["bytes=9-3", "bytes=0-1,5-9", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=٣-٤", f"bytes={'9' * 5000}-"])
def test_whoever_asks_for_something_else_gets_all_of_it(clip: SessionFile, max: User, asked: str) -> None:
    answer = fetch(max, clip, range=asked)
    assert answer.status_code == 200 and body(answer) == CLIP


def test_a_part_of_another_version_is_not_given(clip: SessionFile, max: User) -> None:
    etag = fetch(max, clip)["ETag"]
    assert fetch(max, clip, range="bytes=5-9", if_range=etag).status_code == 206
    assert fetch(max, clip, range="bytes=5-9", if_range='"another"').status_code == 200


# --- who sees it ---------------------------------------------------------------------------------


def test_who_takes_part_sees_it_and_nobody_else(photo: SessionFile, carla: User, max: User, colin: User, nora: User, will: User) -> None:
    assert [fetch(user, photo).status_code for user in (carla, max)] == [200, 200]
    assert [fetch(user, photo).status_code for user in (colin, nora, will)] == [404, 404, 404]
    assert fetch(None, photo).status_code == 302


def test_staff_say_first_why_they_look(photo: SessionFile, sam: User) -> None:
    address = reverse("session-file", args=[photo.session_id, photo.pk])
    assert browser(sam).get(address).status_code == 403
    assert looked(sam, photo.session).get(address).status_code == 200


def test_a_mechanic_who_may_take_it_sees_small_photos_until_somebody_has_it(carla: User, max: User, nora: User) -> None:
    session = cast.pending(carla)
    photo = photo_in(session, by=carla)
    clip = photo_in(session, by=carla, kind="video", content_type="video/mp4")
    assert fetch(max, photo, "session-thumbnail").status_code == 200
    assert fetch(max, photo).status_code == 404
    assert fetch(max, clip, "session-thumbnail").status_code == 404
    cast.queue.accept(session.pk, by=nora)
    assert fetch(max, photo, "session-thumbnail").status_code == 404
    assert fetch(nora, clip, "session-thumbnail").status_code == 200


def test_what_was_not_found_good_is_shown_to_nobody(photo: SessionFile, carla: User) -> None:
    unseen = {"file": "", "thumbnail": "", "kind": "", "checked_at": None}
    SessionFile.objects.filter(pk=photo.pk).update(state="checking", **unseen)
    assert fetch(carla, photo).status_code == 404


def test_a_file_is_not_found_through_another_session(photo: SessionFile, colin: User, nora: User) -> None:
    own = cast.live(colin, nora)
    for what in ("session-file", "session-thumbnail"):
        assert browser(colin).get(reverse(what, args=[own.pk, photo.pk])).status_code == 404


def test_unsent_files_are_of_the_browser_that_sent_them_and_of_who_signed_in_there(photo: SessionFile, carla: User, colin: User) -> None:
    bundle = Bundle.objects.create(user=carla)
    SessionFile.objects.filter(pk=photo.pk).update(session=None, bundle=bundle)
    address = reverse("intake-thumbnail", args=[bundle.pk, photo.pk])
    assert [browser(user).get(address).status_code for user in (carla, colin, None)] == [200, 404, 404]
    assert browser(carla).get(reverse("intake-thumbnail", args=[uuid4(), photo.pk])).status_code == 404


def test_a_file_of_a_session_is_not_found_among_the_unsent(photo: SessionFile, colin: User) -> None:
    assert browser(colin).get(reverse("intake-thumbnail", args=[uuid4(), photo.pk])).status_code == 404


# --- by whom it is sent --------------------------------------------------------------------------


def test_nginx_sends_it_when_it_is_told_to(photo: SessionFile, carla: User, settings) -> None:
    settings.X_ACCEL = "/protected/"
    answer = fetch(carla, photo, range="bytes=0-3")
    assert answer["X-Accel-Redirect"] == f"/protected/{photo.file}" and not answer.content
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")


def test_a_photo_whose_object_is_gone_is_not_found(photo: SessionFile, carla: User) -> None:
    storage.delete([photo.thumbnail])
    assert fetch(carla, photo, "session-thumbnail").status_code == 404
    assert fetch(carla, photo).status_code == 200


def test_files_that_are_switched_off_are_not_available_just_now(photo: SessionFile, carla: User, settings) -> None:
    settings.FILES_ENABLED = False
    answer = fetch(carla, photo)
    assert answer.status_code == 503 and "Files are not available just now" in answer.content.decode()
    with pytest.raises(storage.StorageDown):
        storage.put("files/a/b.jpg", BytesIO(b"x"))
