"""A ready file whose object is gone is marked, shown to staff, and forgiven when it comes back."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from files_app import missing, storage
from files_app.models import SessionFile
from files_app.storage import StorageDown
from files_app.tests.photos import photo_in
from sessions_app.tests.browsing import browser
from tests import cast
from tests.staff import staff_in

LATER = timedelta(minutes=5)


@pytest.fixture
def photos(carla: User, max: User) -> list[SessionFile]:
    session = cast.live(carla, max)
    return [photo_in(session, by=carla, name=name) for name in ("gone.jpg", "small-gone.jpg", "there.jpg")]


@pytest.fixture
def admin(client: Client, sam: User) -> Callable[[str], str]:
    """A page of the admin, as Sam sees it."""
    User.objects.filter(pk=sam.pk).update(is_superuser=True)
    staff_in(client, sam)

    def page(address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200, address
        return answer.content.decode()

    return page


def look() -> int:
    return missing.look(timezone.now() + LATER)


def marked() -> list[str]:
    return list(SessionFile.objects.filter(missing_since__isnull=False).values_list("name", flat=True))


def test_what_is_gone_is_marked_and_what_comes_back_is_not(photos: list[SessionFile]) -> None:
    storage.delete([photos[0].file, photos[1].thumbnail])
    assert look() == 2 and marked() == ["gone.jpg", "small-gone.jpg"]
    since = SessionFile.objects.get(name="gone.jpg").missing_since
    storage.put(photos[1].thumbnail, BytesIO(b"again"))
    assert look() == 1 and marked() == ["gone.jpg"]
    assert SessionFile.objects.get(name="gone.jpg").missing_since == since


def test_what_became_ready_just_now_is_not_suspected(photos: list[SessionFile]) -> None:
    storage.delete([photos[0].file])
    assert missing.look(timezone.now()) == 0 and not marked()


def test_a_storage_that_is_down_marks_nothing(photos: list[SessionFile], settings) -> None:
    settings.FILES_ENABLED = False
    with pytest.raises(StorageDown):
        look()
    assert not marked()


def test_staff_find_them_and_what_was_refused(admin: Callable, carla: User, photos: list[SessionFile]) -> None:
    storage.delete([photos[0].file])
    look()
    session, now = photos[0].session, timezone.now()
    bad = {"session": session, "uploader": carla, "size": 10, "state": "refused", "refusal": "active", "checked_at": now}
    SessionFile.objects.create(name="new.pdf", **bad)
    SessionFile.objects.create(name="old.pdf", created_at=now - timedelta(days=30), **bad)
    for text, name, others in (
        ("Files that are missing in the storage", "gone.jpg", ("there.jpg", "new.pdf")),
        ("Files that were refused in the last week", "new.pdf", ("old.pdf", "gone.jpg")),
    ):
        html = admin(reverse("admin:index"))
        concern = next(part for part in html.split("<li class=") if text in part)
        assert "<strong>1</strong>" in concern
        rows = admin(concern.split('href="')[1].split('"')[0].replace("&amp;", "&"))
        assert name in rows and not any(other in rows for other in others)


def test_the_page_of_a_file_shows_what_became_of_it_and_changes_nothing(admin: Callable, photos: list[SessionFile]) -> None:
    html = admin(reverse("admin:files_app_sessionfile_change", args=[photos[0].pk]))
    assert photos[0].sha256 in html and reverse("admin:sessions_app_session_change", args=[photos[0].session_id]) in html
    assert 'name="_save"' not in html


def test_the_first_page_of_the_admin_opens_when_files_do_not_work(admin: Callable, settings) -> None:
    settings.FILES_ENABLED = False
    assert "Files are not available just now" in admin(reverse("admin:index"))


def test_its_address_says_that_it_is_not_there(photos: list[SessionFile], carla: User) -> None:
    storage.delete([photos[0].file])
    assert browser(carla).get(reverse("session-file", args=[photos[0].session_id, photos[0].pk])).status_code == 404
