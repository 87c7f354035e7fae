"""The last gate before Django: a request must be one that Django can be told of."""

import codecs
from collections.abc import Callable, Iterable

from django.utils.http import parse_header_parameters

WSGIApplication = Callable[[dict, Callable], Iterable[bytes]]

SORRY = b"400 Bad Request: what is sent here is sent as UTF-8.\n"
HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(SORRY))), ("X-Content-Type-Options", "nosniff")]


def only_utf8(pages: WSGIApplication) -> WSGIApplication:
    """Answers 400 to anything that says it is not UTF-8.

    No browser sends such a thing to a page in UTF-8. Django would decode it: UTF-7 and Python's escape codes bring half surrogate
    pairs, which no answer can hold, and with codes that are no alphabet it cannot even make a request.
    """

    def gate(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if is_utf8(environ.get("CONTENT_TYPE", "")):
            return pages(environ, start_response)
        start_response("400 Bad Request", HEADERS)
        return [SORRY]

    return gate


def is_utf8(content_type: str) -> bool:
    """True when this says so, or says nothing about it."""
    try:
        alphabet = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        return codecs.lookup(alphabet).name in ("utf-8", "ascii")
    except (ValueError, LookupError):
        return False
