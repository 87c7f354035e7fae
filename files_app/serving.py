"""An object as the answer to a request: by this process in ranges, by nginx, or by the bucket itself.

The headers say of each file what it was found to be, that nobody should guess otherwise, and that nothing in it may run.
"""

import re
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from files_app import storage
from files_app.models import SessionFile
from files_app.storage import Stream

INLINE = {SessionFile.Kind.PHOTO, SessionFile.Kind.VIDEO}
ASK_AGAIN = "private, no-cache"  # a browser may keep it, and asks each time whether its person still may see it
ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def served(request: HttpRequest, file: SessionFile) -> HttpResponseBase:
    """The file as it was found good: photos and videos to look at, everything else to keep.

    Raises:
        Missing: its object is gone.
        StorageDown: nobody knows.
    """
    disposition = content_disposition_header(as_attachment=file.kind not in INLINE, filename=file.name)
    return _answer(request, file.file, file.content_type, disposition or "inline", f'"{file.sha256}"')


def served_thumbnail(request: HttpRequest, file: SessionFile) -> HttpResponseBase:
    """Its small picture; raises as `served` does."""
    return _answer(request, file.thumbnail, "image/jpeg", "inline", f'"{file.sha256}-small"')


def _answer(request: HttpRequest, name: str, content_type: str, disposition: str, etag: str) -> HttpResponseBase:
    if address := storage.signed_url(name, content_type, disposition):
        return HttpResponseRedirect(address, headers={"Cache-Control": ASK_AGAIN})
    headers = SAFE | {
        "Content-Type": content_type,
        "Content-Disposition": disposition,
        "Cache-Control": ASK_AGAIN,
        "ETag": etag,
    }
    if settings.X_ACCEL:
        return HttpResponse(headers=headers | {"X-Accel-Redirect": settings.X_ACCEL + quote(name)})
    return _by_ourselves(request, name, headers)


def _by_ourselves(request: HttpRequest, name: str, headers: dict[str, str]) -> HttpResponseBase:
    size = storage.size(name)
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    part = asked_for(request, headers["ETag"], size)
    if part is not None and not part:
        return HttpResponse(status=416, headers=SAFE | {"Content-Range": f"bytes */{size}"})
    status, part = (200, range(size)) if part is None else (206, part)
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(len(part))}
    if status == 206:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    content_type = headers.pop("Content-Type")  # FileResponse would guess one
    return FileResponse(Part(storage.stream_of(name), part), status=status, content_type=content_type, headers=headers)


def asked_for(request: HttpRequest, etag: str, size: int) -> range | None:
    """The bytes that are asked for (RFC 9110, 14); an empty range when there are none of those.

    None, for all of it, when one range is not what is asked for, or when it is of another version of the file.
    """
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not asked or asked[0] == "bytes=-" or request.method == "HEAD" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))


class Part:
    """A part of an object, as a file that ends where the part ends."""

    def __init__(self, stream: Stream, part: range) -> None:
        self._stream, self._left = stream, len(part)
        self.close = stream.close  # the server sets another one, which calls it
        if part.start:
            stream.seek(part.start)

    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end of the part."""
        piece = self._stream.read(min(size, self._left))
        self._left -= len(piece)
        return piece
