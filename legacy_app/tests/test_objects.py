"""The second step: the old system's objects are copied, and what they are is decided by their content."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from files_app import checking, retention, storage
from files_app.models import SessionFile
from files_app.tests.photos import picture
from legacy_app.models import SetAside
from legacy_app.tests.conftest import NOW
from sessions_app.models import SessionEvent

PHOTO, CLIP, DOCUMENT, OIL, LIGHT, TEST = (UUID(f"f0000000-0000-4000-8000-00000000000{number}") for number in range(1, 7))


@pytest.fixture
def rows(arrived: dict, db: None) -> None:
    """The rows of the sample's six files came over."""
    assert SessionFile.objects.elsewhere().count() == 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the old system kept them: two photos and a text that says it is a PDF; the others are lost."""
    put(tmp_path, PHOTO, picture())
    put(tmp_path, OIL, picture((300, 200)))
    put(tmp_path, DOCUMENT, b"All is well, trust me.")
    return tmp_path


def put(folder: Path, pk: UUID, content: bytes) -> None:
    paths = {
        PHOTO: "5e000000-0000-4000-8000-000000000004/0001-front-brake.jpg",
        DOCUMENT: "5e000000-0000-4000-8000-000000000013/0003-codes.pdf",
        OIL: "5e000000-0000-4000-8000-000000000015/0004-driveway_oil_(1).JPG",
        LIGHT: "62e91166-c36b-4bd5-bc51-5b168f1bd176/0005-dashboard-light.png",
    }
    path = folder / "sessions" / paths[pk]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def copy(folder: Path, **options: bool) -> tuple[int, str]:
    """The exit code and what was said."""
    said = StringIO()
    try:
        call_command("import_legacy", files=folder.as_uri(), stdout=said, stderr=said, no_color=True, **options)
    except SystemExit as end:
        return end.code, said.getvalue()
    return 0, said.getvalue()


def state(pk: UUID) -> tuple[str, str]:
    return SessionFile.objects.values_list("state", "refusal").get(pk=pk)


def test_content_decides_what_comes_in(rows: None, folder: Path) -> None:
    code, said = copy(folder, commit=True)
    assert (state(PHOTO), state(OIL), state(DOCUMENT)) == (("ready", ""), ("ready", ""), ("refused", "unknown"))
    photo = SessionFile.objects.get(pk=PHOTO)
    assert (photo.kind, photo.size, photo.pieces) == ("photo", len(picture()), []) and storage.exists(photo.file)
    assert code == 1, "three are missing"
    for line in ("copied, ready                        2", "refused: unknown                     1", f"missing: {CLIP}"):
        assert line in said


def test_nothing_is_copied_by_looking(rows: None, folder: Path) -> None:
    _code, said = copy(folder)
    assert "found                                3" in said and "Nothing was copied." in said
    assert SessionFile.objects.elsewhere().count() == 6


def test_a_second_run_goes_on_with_what_is_left(rows: None, folder: Path) -> None:
    copy(folder, commit=True)
    served = SessionFile.objects.get(pk=PHOTO).file
    put(folder, LIGHT, picture((64, 64), kind="PNG"))
    _code, said = copy(folder, commit=True)
    assert "files to copy                        3" in said and "copied, ready                        1" in said
    assert (state(LIGHT), SessionFile.objects.get(pk=PHOTO).file) == (("ready", ""), served)


def test_what_is_missing_waits_or_is_given_up(rows: None, folder: Path) -> None:
    copy(folder, commit=True)
    assert state(CLIP) == ("checking", "")
    code, _said = copy(folder, commit=True, give_up_missing=True)
    assert (code, state(CLIP)) == (1, ("refused", "damaged"))
    assert SetAside.objects.filter(source_id=str(CLIP), reason="object_missing").exists()
    assert copy(folder, commit=True)[0] == 0, "nothing waits any more"


def test_no_worker_and_no_sweep_touches_what_was_not_copied(rows: None) -> None:
    """Nobody can check it yet, and old as it is, it has only just come over."""
    assert retention.look_again(timezone.now()) == 0
    assert retention.remove_old(NOW + timedelta(days=364)) == 0, "the sessions ended more than a year before, the import did not"
    checking.check(PHOTO)
    assert state(PHOTO) == ("checking", "")
    assert not ProcrastinateJob.objects.filter(task_name="inspect_file").exists()
    assert not SessionEvent.objects.filter(kind="files_removed").exists()


def test_files_from_the_old_system_are_kept_for_a_year_from_then_on(rows: None, settings: object) -> None:
    SessionFile.objects.exclude(pk=PHOTO).delete()
    imported = SessionEvent.objects.get(session=SessionFile.objects.get(pk=PHOTO).session, number=1).created_at
    year = timedelta(days=settings.FILES_KEPT_DAYS)
    assert retention.remove_old(imported + year - timedelta(hours=1)) == 0
    assert retention.remove_old(imported + year + timedelta(hours=1)) == 1


@pytest.mark.parametrize("place", ["file:///there/is/nothing", "ftp://old.example.org/files"])
def test_a_place_that_is_none_is_said_so(db: None, place: str) -> None:
    with pytest.raises(CommandError, match=r"no folder|is no place") as refusal:
        call_command("import_legacy", files=place)
    assert refusal.value.returncode == 3
