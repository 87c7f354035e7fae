"""ETags: whoever asks again and again is told "nothing new" (304, RFC 9110 13.1.2) in a few bytes.

An answer's tag is a hash of its text. Where the rows know better (a session's `version` grows with each event), the endpoint says so with
`unless_known(...)`, and the answer is not even made.
"""

from hashlib import sha256

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response


class NotModified(Exception):
    """The client has this already. 304."""


def tag_of(*parts: object) -> str:
    """A weak tag: the same answer may be compressed or not."""
    return f'W/"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or any(each.removeprefix("W/") == tag.removeprefix("W/") for each in known)


def not_modified(tag: str) -> HttpResponse:
    return HttpResponse(status=304, headers={"ETag": tag})


def tag_when_rendered(request: Request, response: Response) -> None:
    """Gives the answer the tag of its text, or becomes 304."""

    def tagged(rendered: Response) -> HttpResponse | None:
        rendered["ETag"] = tag_of(rendered.content)
        if not is_known(request, rendered["ETag"]):
            return None
        short = not_modified(rendered["ETag"])
        short.headers = {**rendered.headers, **short.headers}
        del short["Content-Type"]
        return short

    response.add_post_render_callback(tagged)
