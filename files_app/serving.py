"""An object as the answer to a request: by this process in ranges, by nginx, or by the bucket itself.

The headers say of each file what it was found to be, that nobody should guess otherwise, and that nothing in it may run.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from files_app import storage
from files_app.models import SessionFile
from files_app.storage import Stream

PIECE = 2**12  # bytes; mechanichub.asgi.PIECES_WAITING of them wait for a slow reader
INLINE = {SessionFile.Kind.PHOTO, SessionFile.Kind.VIDEO}
FRESH = 3600  # seconds that a browser may show it again without asking
FRESH_ADDRESS = 30  # the same for a signed address, which is good for a minute
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
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
        return HttpResponseRedirect(address, headers={"Cache-Control": f"private, max-age={FRESH_ADDRESS}"})
    headers = SAFE | {
        "Content-Type": content_type,
        "Content-Disposition": disposition,
        "Cache-Control": f"private, max-age={FRESH}",
        "ETag": etag,
        "Accept-Ranges": "bytes",
    }
    if settings.X_ACCEL:
        return HttpResponse(headers=headers | {"X-Accel-Redirect": settings.X_ACCEL + quote(name)})
    return _by_ourselves(request, name, headers)


def _by_ourselves(request: HttpRequest, name: str, headers: dict[str, str]) -> HttpResponseBase:
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers={key: headers[key] for key in ("ETag", "Cache-Control")})
    size = storage.size(name)
    part = wanted(request, headers["ETag"], size)
    if part is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"} | SAFE)
    headers["Content-Length"] = str(len(part))
    is_part = len(part) < size
    if is_part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    body = () if request.method == "HEAD" else pieces(storage.stream_of(name), part)
    return StreamingHttpResponse(body, status=206 if is_part else 200, headers=headers)


def wanted(request: HttpRequest, etag: str, size: int) -> range | None:
    """The bytes that are asked for; None when there are none of those (RFC 9110, 14). All of them when the request names no single range."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not asked or asked[0] == "bytes=-" or request.method == "HEAD" or request.headers.get("If-Range", etag) != etag:
        return range(size)
    first, last = asked.groups()
    part = range(int(first), min(int(last) + 1 if last else size, size)) if first else range(max(0, size - int(last)), size)
    return part or None


def pieces(stream: Stream, part: range) -> Iterator[bytes]:
    """These bytes of the stream, which is closed after them."""
    try:
        stream.seek(part.start)
        left = len(part)
        while left and (piece := stream.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
    finally:
        stream.close()
