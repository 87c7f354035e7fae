"""The two places where objects can be: a folder on this machine, and a bucket of an S3 server.

Both do what django-storages and Django do, in streams, and both look again at what they wrote. They raise whatever the machine or
the wire raises; files_app/storage.py makes one error of it.
"""

import os
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import IO, Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property
from storages.backends.s3 import S3Storage

CHUNK = 2**16  # bytes
SIGNED_FOR = 60  # seconds that a signed address is good for

# A web thread waits for the server: these are all it can lose. An upload that failed is sent again by the browser.
PATIENCE = {"connect_timeout": 2, "read_timeout": 5, "retries": {"total_max_attempts": 2, "mode": "standard"}}
HASTE = {"connect_timeout": 1, "read_timeout": 2, "retries": {"total_max_attempts": 1}}
SLOW, RESTS = 2, 10  # seconds; see Rest
LOOK_EVERY, A_MOMENT = 10, 1  # seconds; see Watch


class NotAsSent(Exception):
    """The place says that it has stored an object, and has something else, or nothing."""


class Rest:
    """After a call that waited in vain, the next ones fail at once for a while: one place that hangs must not hold every thread.

    What fails quickly may be tried again at any time.
    """

    def __init__(self) -> None:
        self._until = 0.0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Around one call."""
        began = monotonic()
        if began < self._until:
            raise TimeoutError("it did not answer a moment ago")
        try:
            yield
        except Exception:
            if monotonic() - began > SLOW:
                self._until = monotonic() + RESTS
            raise


class Watch:
    """What is known of a place, for pages that must not wait for it: asked in a thread of its own, when somebody wants to know."""

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._lock = Lock()
        self._look_at = 0.0
        self._trouble: Exception | None = None

    def trouble(self) -> Exception | None:
        """What was wrong when it was last asked, at most LOOK_EVERY seconds ago; None: nothing."""
        with self._lock:
            is_late = monotonic() > self._look_at
            self._look_at = monotonic() + LOOK_EVERY if is_late else self._look_at
        if is_late:
            look = Thread(target=self._look, daemon=True)
            look.start()
            look.join(A_MOMENT)
        return self._trouble

    def _look(self) -> None:
        try:
            self._probe()
            self._trouble = None
        except Exception as trouble:
            self._trouble = trouble


class Folder(FileSystemStorage):
    """A folder whose files only this program and its group can read; who may look into the folders is said by its umask."""

    def __init__(self, **options: Any) -> None:
        self.rest, self.watch = Rest(), Watch(self.probe)
        super().__init__(file_permissions_mode=0o640, **options)

    def put(self, name: str, content: IO[bytes]) -> None:
        """Writes it and waits for the disk: the row that will name it survives a power cut, so the object has to."""
        expected = length(content)
        if self.save(name, File(content)) != name:
            raise FileExistsError(name)
        path = Path(self.path(name))
        for each in (path, path.parent):
            _sync(each)
        if path.stat().st_size != expected:
            raise NotAsSent(name)

    def read(self, name: str) -> IO[bytes]:
        return open(self.path(name), "rb")

    def delete(self, name: str) -> None:
        super().delete(name)
        with suppress(OSError):  # other objects are in it
            Path(self.path(name)).parent.rmdir()

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(name, when it was stored) of all objects below a prefix that ends with a slash."""
        for folder, _, files in os.walk(self.path(prefix)):
            for path in (Path(folder, file) for file in files):
                with suppress(FileNotFoundError):  # somebody was faster
                    yield path.relative_to(self.location).as_posix(), datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def signed_url(self, name: str, content_type: str, disposition: str) -> None:
        return None

    def probe(self) -> None:
        """Raises OSError when nothing can be stored."""
        os.makedirs(self.location, exist_ok=True)
        if not os.access(self.location, os.W_OK | os.X_OK):
            raise PermissionError(self.location)


class Bucket(S3Storage):
    """A private bucket, or a folder of one. `public_url`: the server's address for browsers, where that is another one than ours."""

    def __init__(self, *, addressing_style: str, public_url: str | None, **options: Any) -> None:
        self.rest, self.watch = Rest(), Watch(self.probe)
        config = Config(signature_version="s3v4", s3={"addressing_style": addressing_style}, **PATIENCE)
        self.public_url = public_url
        super().__init__(client_config=config, default_acl=None, **options)

    def put(self, name: str, content: IO[bytes]) -> None:
        """Sends it in one request, with its checksum, and looks whether it is there as it was sent."""
        expected, checksum = length(content), crc32(content)
        # Not by `save`: the transfer behind it takes a Django file for one that cannot go back, and reads it into memory.
        self._client.put_object(**self._at(name), Body=content, ContentLength=expected, ChecksumCRC32=checksum)
        try:
            found = self._client.head_object(**self._at(name), ChecksumMode="ENABLED")
        except ClientError as error:
            if is_missing(error):
                raise NotAsSent(name) from error
            raise
        if found["ContentLength"] != expected or found.get("ChecksumCRC32", checksum) != checksum:
            raise NotAsSent(name)

    def read(self, name: str) -> IO[bytes]:
        try:
            return self._client.get_object(**self._at(name))["Body"]
        except ClientError as error:
            raise FileNotFoundError(name) if is_missing(error) else error

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(name, when it was stored) of all objects below a prefix that ends with a slash."""
        top = len(f"{self.location}/") if self.location else 0
        for each in self.bucket.objects.filter(Prefix=f"{self._normalize_name(prefix.rstrip('/'))}/"):
            yield each.key[top:], each.last_modified

    def signed_url(self, name: str, content_type: str, disposition: str) -> str:
        wanted = {**self._at(name), "ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        return self._signing_client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=SIGNED_FOR)

    def probe(self) -> None:
        """Raises what the server or the wire says."""
        self._quick_client.list_objects_v2(Bucket=self.bucket_name, Prefix=self.location, MaxKeys=1)

    @cached_property
    def _client(self) -> Any:
        """One for all threads: clients are safe to share (boto3), and take a tenth of a second to make."""
        return self.connection.meta.client

    @cached_property
    def _quick_client(self) -> Any:
        """For a question that a page waits for: asked once, with little patience."""
        return self._client_at(self.endpoint_url, Config(**HASTE))

    @cached_property
    def _signing_client(self) -> Any:
        """It asks nobody anything: an address is signed here, for the host that a browser will ask."""
        return self._client_at(self.public_url, Config(s3={"addressing_style": "path"})) if self.public_url else self._client

    def _client_at(self, address: str, config: Config) -> Any:
        config = self.client_config.merge(config)
        return self._create_session().client("s3", region_name=self.region_name, endpoint_url=address, config=config)

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}


def is_missing(error: ClientError) -> bool:
    """True when the object is not there; a bucket that is not there is another matter."""
    return error.response["ResponseMetadata"]["HTTPStatusCode"] == 404 and error.response["Error"]["Code"] != "NoSuchBucket"


def length(content: IO[bytes]) -> int:
    """The number of bytes of a seekable stream, which is at its beginning afterwards."""
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    return size


def crc32(content: IO[bytes]) -> str:
    """The checksum as S3 writes it (base64, big-endian); the stream is at its beginning afterwards."""
    value = 0
    while chunk := content.read(CHUNK):
        value = zlib.crc32(chunk, value)
    content.seek(0)
    return b64encode(value.to_bytes(4, "big")).decode()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
