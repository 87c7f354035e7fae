"""The one door to the objects: the same through a folder and through a real S3 server, and what comes of one that misbehaves."""

import logging
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from django.test import override_settings
from django.utils import timezone

from files_app import storage, stores
from files_app.storage import Missing, StorageDown
from files_app.tests.s3 import BUCKET, Meddler, bucket_of, files_url, s3_server, storages
from mechanichub.addresses import file_origins, file_storage

NAME, CONTENT = "files/a/b.jpg", bytes(number % 251 for number in range(200_000))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with s3_server() as address:
        yield address


@pytest.fixture
def s3(server: str, settings) -> Iterator[Meddler]:
    """Files are on an S3 server, and somebody stands in between."""
    with Meddler(server) as meddler:
        settings.STORAGES = storages(settings, meddler.address)
        yield meddler
    bucket_of(server).objects.delete()


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.STORAGES = settings.STORAGES | {"default": file_storage((tmp_path / "files").as_uri(), otherwise="")}
    return tmp_path / "files"


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest) -> object:
    return request.getfixturevalue(request.param)


def names_of(server: str) -> list[str]:
    return [each.key for each in bucket_of(server).objects.all()]


# --- in both places ------------------------------------------------------------------------------


def test_what_was_put_is_there_until_it_is_deleted(place: object) -> None:
    assert storage.put(NAME, BytesIO(CONTENT)) == len(CONTENT)
    assert storage.exists(NAME) and storage.size(NAME) == len(CONTENT)
    with storage.open(NAME) as stream:
        assert stream.read(10) + stream.read() == CONTENT
    storage.delete([NAME, "files/never/was.jpg"])
    assert not storage.exists(NAME)


def test_a_file_and_a_stream_that_cannot_go_back_are_put_alike(place: object, tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(CONTENT)
    assert storage.put("files/a/1", path) == len(CONTENT)
    with urlopen(path.as_uri()) as stream:
        stream.seekable = lambda: False
        assert storage.put("files/a/2", stream) == len(CONTENT)
    assert storage.size("files/a/1") == storage.size("files/a/2") == len(CONTENT)


def test_a_stream_is_stored_from_its_beginning(place: object) -> None:
    content = BytesIO(CONTENT)
    content.read(100)
    assert storage.put(NAME, content) == storage.size(NAME) == len(CONTENT)


def test_names_are_listed_below_their_prefix_and_by_age(place: object) -> None:
    for name in ("incoming/a/0-x", "incoming/a/9-y", "incoming/b/0-z", "incomings/c", NAME):
        storage.put(name, BytesIO(b"x"))
    assert sorted(storage.names("incoming/")) == ["incoming/a/0-x", "incoming/a/9-y", "incoming/b/0-z"]
    assert list(storage.names("incoming/b/")) == ["incoming/b/0-z"]
    assert not list(storage.names("incoming/", before=timezone.now() - timedelta(hours=1)))
    assert len(list(storage.names("incoming/", before=timezone.now() + timedelta(hours=1)))) == 3
    assert not list(storage.names("nothing/"))


def test_what_is_not_there_is_missing_and_not_an_outage(place: object) -> None:
    for question in (lambda: storage.size(NAME), lambda: storage.stream_of(NAME)):
        with pytest.raises(Missing):
            question()
    assert not storage.exists(NAME)


def test_a_name_leads_nowhere_else(place: object) -> None:
    from_outside = "../../etc/passwd"
    for question in (storage.exists, storage.size, storage.stream_of, lambda name: storage.put(name, BytesIO(b"x"))):
        with pytest.raises(Exception, match=r"(?i)located outside|denied|traversal"):
            question(from_outside)


def test_everything_is_refused_when_files_are_switched_off(place: object, settings) -> None:
    settings.FILES_ENABLED = False
    for question in (storage.exists, storage.size, storage.stream_of, lambda name: list(storage.names("files/"))):
        with pytest.raises(StorageDown):
            question(NAME)


# --- the folder ----------------------------------------------------------------------------------


def test_a_folder_is_private_and_leaves_no_empty_folders(folder: Path) -> None:
    storage.put(NAME, BytesIO(CONTENT))
    path = folder / NAME
    assert path.stat().st_mode & 0o777 == 0o640
    storage.put("files/a/c.jpg", BytesIO(b"x"))
    storage.delete([NAME])
    assert path.parent.exists(), "the other one is still in it"
    storage.delete(["files/a/c.jpg"])
    assert not path.parent.exists()


def test_a_name_is_used_once(folder: Path) -> None:
    storage.put(NAME, BytesIO(CONTENT))
    with pytest.raises(StorageDown):
        storage.put(NAME, BytesIO(b"other"))
    assert storage.size(NAME) == len(CONTENT)


def test_a_folder_that_is_a_file_is_down(tmp_path: Path, settings) -> None:
    (tmp_path / "files").write_text("no folder")
    settings.STORAGES = settings.STORAGES | {"default": file_storage((tmp_path / "files").as_uri(), otherwise="")}
    with pytest.raises(StorageDown) as caught:
        storage.put(NAME, BytesIO(CONTENT))
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(StorageDown):
        storage.probe()


def test_a_folder_has_no_signed_addresses(folder: Path) -> None:
    assert storage.signed_url(NAME, "image/jpeg", "inline") is None


# --- the S3 server -------------------------------------------------------------------------------


def test_a_signed_address_serves_with_our_headers_and_no_other(s3: Meddler) -> None:
    storage.put(NAME, BytesIO(CONTENT))
    address = storage.signed_url(NAME, "video/mp4", 'attachment; filename="noise.mp4"')
    with urlopen(address) as answer:
        assert answer.read() == CONTENT
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="noise.mp4"'
    assert "X-Amz-Expires=60&" in address and "X-Amz-Algorithm=AWS4-HMAC-SHA256&" in address


def test_the_pages_may_show_what_comes_from_the_bucket_and_nothing_else(s3: Meddler) -> None:
    place = urlsplit(storage.signed_url(NAME, "image/jpeg", "inline"))
    assert file_origins(files_url(s3.address)) == [f"{place.scheme}://{place.netloc}"]
    assert file_origins("file:///var/files") == file_origins("") == []


def test_browsers_may_reach_the_server_by_another_address_than_we_do(server: str, settings) -> None:
    with Meddler(server) as inside, Meddler(server) as outside:
        settings.STORAGES = storages(settings, inside.address, public=f"{outside.address}/")
        storage.put(NAME, BytesIO(CONTENT))
        address = storage.signed_url(NAME, "video/mp4", "inline")
        assert outside.seen == [], "the public address is for browsers alone"
        with urlopen(address) as answer:
            assert (answer.read(), answer.headers["Content-Type"]) == (CONTENT, "video/mp4")
        assert [seen.split("?")[0] for seen in outside.seen] == [f"GET /garage/some/where/{NAME}"]
        assert not any(seen.startswith("GET /garage/some") for seen in inside.seen)
        assert file_origins(files_url(inside.address, public=outside.address)) == [outside.address]


def test_the_public_address_of_a_bucket_at_amazon_is_taken_as_it_stands() -> None:
    assert file_origins("s3://K:S@garage?region=eu-west-1&public=https://files.example.org") == ["https://files.example.org"]


@pytest.mark.parametrize("address", ["s3://K:S@garage?region=eu-west-1", "s3://K:S@garage/folder", "s3://K:S@my.garage?region=eu-west-1"])
def test_amazon_needs_no_endpoint(address: str, settings) -> None:
    settings.STORAGES = settings.STORAGES | {"default": file_storage(address, otherwise="")}
    place = urlsplit(storage.signed_url(NAME, "image/jpeg", "inline"))
    assert file_origins(address) == [f"{place.scheme}://{place.netloc}"]
    assert place.hostname.endswith(".amazonaws.com")


def test_keys_are_quoted_in_the_address_and_stay_out_of_what_is_shown() -> None:
    options = file_storage(files_url("https://s3.example.org"), otherwise="")["OPTIONS"]
    assert (options["secret_key"], options["location"], options["endpoint_url"]) == ("s3cr3t/+=", "some/where", "https://s3.example.org")
    assert file_storage("s3://garage?region=eu-west-1", otherwise="")["OPTIONS"]["access_key"] is None


def test_objects_lie_below_the_prefix_and_are_private(s3: Meddler, server: str) -> None:
    storage.put(NAME, BytesIO(CONTENT))
    assert names_of(server) == [f"some/where/{NAME}"]
    grants = bucket_of(server).Object(f"some/where/{NAME}").Acl().grants
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL"], "somebody besides its owner may do something"


def test_a_server_that_refuses_is_down_for_every_question(s3: Meddler) -> None:
    storage.put(NAME, BytesIO(CONTENT))
    s3.how = "hangs up"
    for question in (storage.exists, storage.size, storage.stream_of, lambda name: list(storage.names("files/"))):
        with pytest.raises(StorageDown) as caught:
            question(NAME)
        assert caught.value.__cause__ and caught.value.status == 503
    for attempt in (lambda: storage.put("files/a/2", BytesIO(CONTENT)), lambda: storage.delete([NAME]), storage.probe):
        with pytest.raises(StorageDown):
            attempt()
    s3.how = ""
    assert storage.exists(NAME) and not storage.exists("files/a/2")


def test_nobody_at_all_at_the_address_is_down_at_once(settings) -> None:
    with Meddler("") as gone:
        address = gone.address
    settings.STORAGES = storages(settings, address)
    began = time.monotonic()
    with pytest.raises(StorageDown):
        storage.put(NAME, BytesIO(CONTENT))
    assert time.monotonic() - began < 5


def test_a_bucket_that_is_not_there_is_an_outage_and_not_a_missing_file(s3: Meddler, settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": file_storage(files_url(s3.address).replace(f"@{BUCKET}/", "@elsewhere/"), otherwise="")
    }
    for attempt in (lambda: storage.stream_of(NAME), lambda: storage.put(NAME, BytesIO(b"x")), storage.probe):
        with pytest.raises(StorageDown):
            attempt()


def test_a_server_that_hangs_holds_one_caller_for_a_while_and_the_next_ones_not_at_all(s3: Meddler, settings, monkeypatch) -> None:
    monkeypatch.setattr(stores, "PATIENCE", {"connect_timeout": 0.2, "read_timeout": 0.2, "retries": {"total_max_attempts": 1}})
    monkeypatch.setattr(stores, "SLOW", 0.1)
    with override_settings(STORAGES=storages(settings, s3.address)):
        s3.how = "waits"
        with pytest.raises(StorageDown):
            storage.size(NAME)
        asked = len(s3.seen)
        with pytest.raises(StorageDown):
            storage.size(NAME)
        assert len(s3.seen) == asked, "the second one did not even ask"


@pytest.mark.parametrize("how", ["lies", "forgets half"])
def test_a_server_that_says_yes_and_stores_something_else_is_found_out(s3: Meddler, how: str) -> None:
    s3.how = how
    with pytest.raises(StorageDown) as caught:
        storage.put(NAME, BytesIO(CONTENT))
    assert isinstance(caught.value.__cause__, stores.NotAsSent)


def test_an_answer_that_breaks_off_is_no_short_file(s3: Meddler) -> None:
    storage.put(NAME, BytesIO(CONTENT))
    s3.how = "breaks off"
    with storage.open(NAME) as stream:
        assert stream.read(4096) == CONTENT[:4096]
        with pytest.raises(StorageDown):
            stream.read()


def test_nothing_large_is_kept_in_memory(s3: Meddler) -> None:
    """A stream as large as a film goes through; only its pieces are asked for."""
    with tempfile.TemporaryFile() as film:
        film.truncate(9_000_000)
        largest = 0
        read = film.read

        class Film:
            seek, tell, seekable, closed = film.seek, film.tell, film.seekable, False

            def read(self, size: int = -1) -> bytes:
                nonlocal largest
                largest = max(largest, size if size >= 0 else 10**9)
                return read(size)

        assert storage.put(NAME, Film()) == 9_000_000
    assert 0 < largest <= 2**20
