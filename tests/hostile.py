"""A hostile user: what they type, what they send, and what they must never get to see.

Every input has a name, so that a failing test says what was sent. `Intruder` sends it and judges each answer. Addresses are found by
walking the resolver and forms by reading pages, so a new one is attacked from its first day.
"""

import json
import logging
import re
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_from_bytes, urljoin, urlsplit

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from psycopg.pq import TransactionStatus

NOBODY = uuid.UUID("00000000-0000-4000-8000-000000000000")
MARK = "<i id=hostile"  # where this stands in a page as it was typed, a script could stand as well
HTML = f"\"'>{MARK} onmouseover=alert(1)></i><script>alert(1)</script>"

# --- what is typed -------------------------------------------------------------------------------

TEXTS = {
    "nothing": "",
    "spaces": " \t\r\n\u2003",
    "NUL": "a\x00b",
    "control characters": "\x1b[31m\x07\x7f\x85",
    "HTML": HTML,
    "right-to-left marks": "\u202egnp.exe\u2066\u200f",
    "unseen characters": "\ufeff\u200b\u2060",
    "half a surrogate pair": "\ud800",
    "no characters": "\ufffe\uffff\U0010ffff",
    "emoji": "👩\u200d🔧🇺🇳",
    "piled accents": "Z" + "\u0301" * 300,
    "another header": "x\r\nSet-Cookie: hostile=1\r\n\r\nhostile",
    "SQL": "' OR 1=1; DROP TABLE sessions_app_session; --",
    "operators of a search": "a & | ! ( ) : * \\ <-> ''",
    "a template": "{{ request.user.password }}{% debug %}",
    "a format": "%s%n%(x)s{0}{x}%",
    "a path": "../../../../etc/passwd",
    "a script's address": "javascript:alert(1)",
    "somebody else's site": "//evil.example/\\evil.example",
    "JSON": '{"__proto__": [1, null, true]}',
    "a huge number": "9" * 400,
    "a number of 5000 digits": "9" * 5000,
    "more than an integer": "2147483648",
    "more than a bigint": "9223372036854775808",
    "a negative number": "-1",
    "zero": "0",
    "a tiny fraction": "0." + "0" * 40 + "1",
    "a power": "1e999999999",
    "not a number": "nan",
    "no end": "-Infinity",
    "hexadecimal": "0x1f",
    "digits of other scripts": "１２٣",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "no day": "2026-02-30",
    "no time": "25:61",
    "nobody's id": str(NOBODY),
    "nearly an id": "00000000-0000-4000-8000-00000000000g",
    "a place in a list": f"99999999999999999-{NOBODY}",
    "long": "long " * 2000,
}
# Those that have broken most programs; typed into one field while all others are well filled in.
SHARP = ("NUL", "half a surrogate pair", "HTML", "a huge number", "not a number", "nobody's id", "long")

# What an address can hold where an id is expected.
MALFORMED_IDS = {
    "a word": "abc",
    "a number": "1",
    "a huge number": "9" * 40,
    "a negative number": "-1",
    "an id with a letter too much": f"{NOBODY}a",
    "an id in capitals": str(uuid.UUID(int=2**128 - 1)).upper(),
    "an id in braces": f"{{{NOBODY}}}",
    "NUL": "a%00b",
    "half a character": "%ff%c3",
    "a surrogate": "%ed%a0%80",
    "quoted as the admin does": "_00_5F_FF",
    "HTML": "%22%3E%3Ci%20id=hostile%3E",
    "a step up": "..%2f..%2fetc%2fpasswd",
    "a line break": "a%0d%0aSet-Cookie:%20hostile=1",
    "long": "a" * 20_000,
}

# What an honest person fills in, by the name of the field.
WELL = {
    "name": "Hanna Example",
    "full_name": "Hanna Example",
    "display_name": "Hanna",
    "email": "hanna@example.org",
    "login": "carla@example.org",
    "password": "correct horse battery",
    "password1": "a kettle full of bolts",
    "phone": "+14155550102",
    "city": "Oakland",
    "concern": "It makes a noise when it is cold.",
    "year": "2016",
    "make": "Toyota",
    "model": "Corolla",
    "odometer": "84000",
    "plan": "free",
    "consent": "on",
    "languages": "en",
    "country": "US",
    "years": "3",
    "findings": "A worn belt.",
    "severity": "soon",
    "safe_to_drive": "yes",
    "reason": "It took too long.",
    "body": "Hello",
    "stars": "4",
    "up_to": "1",
    "url": "https://shop.example.org/hooks",
}

# What JSON can hold where something else is expected; TEXTS besides. Numbers as they are written, because Python would refuse to.
JSON_VALUES = {
    "null": "null",
    "true": "true",
    "a number": "1",
    "a fraction": "0.1",
    "no number": "NaN",
    "no end": "-Infinity",
    "more than a bigint": "9223372036854775808",
    "a number of 5000 digits": "9" * 5000,
    "a power": "1e999999",
    "a list": "[]",
    "a list of lists": '[["a"], [null]]',
    "an object": '{"a": {"b": null}}',
    "an object with a name of HTML": json.dumps({HTML: 1}),
    "something deep": "[" * 500 + "]" * 500,
    "half a surrogate pair": '"\\ud800"',
    "NUL": '"a\\u0000b"',
}
# Whole bodies that say they are JSON.
JSON_BODIES = {
    "nothing": b"",
    "a text": b'"a"',
    "null": b"null",
    "a list": b"[1, 2]",
    "nearly an object": b'{"reason": "a"',
    "something very deep": b"[" * 100_000,
    "an object very deep": b'{"a":' * 50_000,
    "UTF-16": '{"reason": "a"}'.encode("utf-16"),
    "a mark of order": b"\xef\xbb\xbf{}",
    "no UTF-8": b'{"reason": "\xff\xfe"}',
    "a name twice": b'{"reason": "a", "reason": 1}',
    "an unknown name": json.dumps({HTML: HTML, "__class__": "x", "is_staff": True}).encode(),
    "a thousand names": json.dumps({f"f{number}": number for number in range(1000)}).encode(),
    "a megabyte": b'{"reason": "' + b"a" * 1_000_000 + b'"}',
}
API_HEADERS = {
    "no token": {"Authorization": "Bearer"},
    "a token of any bytes": {"Authorization": "Bearer \xff\xfe mh_\x85"},
    "a long token": {"Authorization": "Bearer mh_" + "a" * 20_000},
    "two tokens": {"Authorization": "Bearer mh_a, Bearer mh_b"},
    "a password": {"Authorization": "Basic \xff"},
    "a key of nothing": {"Idempotency-Key": ""},
    "a key of any bytes": {"Idempotency-Key": "\xff\x01"},
    "a long key": {"Idempotency-Key": "k" * 5000},
    "tags that are none": {"If-None-Match": 'W/"\xff, *, "', "If-Match": "a"},
    "no JSON, please": {"Accept": "text/html;q=1, application/json;q=0"},
    "wishes with nonsense": {"Accept": "text/html;q=nan, */*;q=1e999, a/b;q=-1, ;;,/"},
    "another version": {"Accept": "application/json; version=9; indent=99999999"},
    "a language of any bytes": {"Accept-Language": "\xff;;q=nan,*,de-" + "x" * 500},
    "a range of nonsense": {"Range": "bytes=5-1,-", "If-Range": "\xff"},
}

# All of them may be valid, and none of them is likely to be anybody's.
STRANGE_EMAILS = (
    "a@xn--a.example",
    f"a@{'ü' * 60}.example",
    "a@\uff45\uff58ample.org",
    "a@ⓔxample.org",
    "a@ex\u00adample.org",
    '"a b"@example.org',
    '"a\\"<script>"@example.org',
    "a@[127.0.0.1]",
    "a@localhost",
    "=?utf-8?q?a=0Ab?=@example.org",
    f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 50}.example",
    "ａ@example.org",
    "a@example.org\u2028bcc:b@example.org",
)

# --- how it is sent ------------------------------------------------------------------------------

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"
PART = b'--XX\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n--XX--\r\n'

BODIES = {
    "nothing": (URLENCODED, b""),
    "nothing of any kind": ("", b""),
    "JSON": ("application/json", b'{"body": ["a", 1, null], "client_id": {}}'),
    "JSON that is none": ("application/json", b'{"body": NaN'),
    "a list": (URLENCODED, b"body[]=1&body[a]=2&body=3&body=4"),
    "any bytes": (URLENCODED, bytes(range(256))),
    "half an escape": (URLENCODED, b"body=%&name=%f&concern=%ff"),
    "too many fields": (URLENCODED, b"&".join(b"f%d=1" % number for number in range(1001))),
    "too much": (URLENCODED, b"body=" + b"a" * 1_500_001),
    "XML": ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "an unknown kind": (";;;", b"a"),
    "a long kind": ("x" * 60_000, b"a"),
    "parts without a boundary": ("multipart/form-data", b"--XX--"),
    "parts with a boundary that is none": ("multipart/form-data; boundary=" + "=" * 300, b"--XX--"),
    "parts that end early": (MULTIPART, PART[:40]),
    "a part in base64 that is none": (MULTIPART, PART % (b"body", b"Content-Transfer-Encoding: base64\r\n", b"!")),
    "a part without a name": (MULTIPART, b"--XX\r\nContent-Disposition: form-data\r\n\r\na\r\n--XX--\r\n"),
    "a file where text belongs": (MULTIPART, PART.replace(b'"%s"', b'"%s"; filename="../x\0.exe"') % (b"body", b"", b"MZ")),
    "too many parts": (MULTIPART, b"".join(PART[:-6] % (b"f%d" % number, b"", b"1") for number in range(1001)) + b"--XX--\r\n"),
}

HEADERS = {
    "any bytes as language": {"Accept-Language": "\xff;;q=nan,*,de-" + "x" * 500},
    "wishes with nonsense": {"Accept": "text/html;q=nan, */*;q=1e999, a/b;q=-1, ;;,/"},
    "wishes in an unknown alphabet": {"Accept": "text/html; q*=nonsense''%41"},
    "five thousand wishes": {"Accept": "a/b," * 5000},
    "a session named NUL": {"Cookie": 'sessionid="\\000aaaaaaaaaaaa"'},
    "a long session": {"Cookie": "sessionid=" + "a" * 8000},
    "cookies of NUL": {"Cookie": 'csrftoken="\\000"; messages="\\000"; django_language="\\000"; sessionid=""'},
    "cookies of any bytes": {"Cookie": "sessionid=\xff\xfe; \x85=; =; ;;"},
    "messages of somebody": {"Cookie": 'messages=".eJw:1abcde:forged"'},
    "no origin": {"Origin": "null", "Referer": "http://["},
    "an origin that is none": {"Origin": "http://[::1", "Referer": "\xff"},
    "somebody else's page": {"Origin": "https://evil.example", "Referer": "https://evil.example/"},
    "an address of one's own choice": {"X-Forwarded-For": "' OR 1=1, \xff", "X-Forwarded-Host": "evil.example", "X-Real-IP": "a"},
    "a method of one's own choice": {"X-HTTP-Method-Override": "DELETE", "X-Requested-With": "XMLHttpRequest"},
    "htmx with nonsense": {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Target": HTML, "HX-Prompt": "\xff", "HX-Boosted": "x"},
    "htmx with escapes": {"HX-Request": "true", "HX-Current-URL": "%ff", "HX-Current-URL-URI-AutoEncoded": "true"},
    "conditions": {"If-Modified-Since": "a", "If-None-Match": "W/\xff", "If-Match": "*", "Range": "bytes=5-1,-", "If-Range": "x"},
    "somebody's password": {"Authorization": "Basic \xff"},
    "a token that is none": {"X-CSRFToken": "\xff\x00" + "a" * 5000},
}
PIECE = "application/offset+octet-stream"
# (kind, headers, body) of what is sent as a part of a file, and of what announces one.
UPLOADS = {
    "no version": (PIECE, {"Tus-Resumable": "", "Upload-Length": "10"}, b"a"),
    "another version": (PIECE, {"Tus-Resumable": "0.2.2", "Upload-Length": "10"}, b"a"),
    "no length": (PIECE, {}, b""),
    "a length of nothing": (PIECE, {"Upload-Length": "0", "Upload-Offset": "0"}, b""),
    "a negative length": (PIECE, {"Upload-Length": "-1", "Upload-Offset": "-1"}, b"a"),
    "a length of 5000 digits": (PIECE, {"Upload-Length": "9" * 5000, "Upload-Offset": "9" * 5000}, b"a"),
    "more than a bigint": (PIECE, {"Upload-Length": "9223372036854775808", "Upload-Offset": "9223372036854775808"}, b"a"),
    "a length that is none": (PIECE, {"Upload-Length": "1e3", "Upload-Offset": "nan"}, b"a"),
    "a length in other digits": (PIECE, {"Upload-Length": "\xb2", "Upload-Offset": "\xb2"}, b"a"),
    "a length to be told later": (PIECE, {"Upload-Defer-Length": "1"}, b"a"),
    "more than was announced": (PIECE, {"Upload-Offset": "0"}, b"a" * 11),
    "from the middle": (PIECE, {"Upload-Offset": "5"}, b"a"),
    "another kind": ("text/html", {"Upload-Offset": "0", "Upload-Length": "5"}, HTML.encode()),
    "another kind of body": (URLENCODED, {"Upload-Offset": "0", "Upload-Length": "5"}, b"a=b"),
    "names that are no base64": (PIECE, {"Upload-Length": "5", "Upload-Metadata": "filename !!!,filetype \xff"}, b""),
    "names that are no text": (PIECE, {"Upload-Length": "5", "Upload-Metadata": "filename /w==,client_id AA==,source AA=="}, b""),
    "a name of HTML": (PIECE, {"Upload-Length": "5", "Upload-Metadata": f"filename {b64encode(HTML.encode()).decode()}"}, b""),
    "a thousand names": (PIECE, {"Upload-Length": "5", "Upload-Metadata": ",".join(f"a{number} YQ==" for number in range(1000))}, b""),
    "an empty name": (PIECE, {"Upload-Length": "5", "Upload-Metadata": ",,filename ,, ="}, b""),
    "a checksum that is none": (PIECE, {"Upload-Offset": "0", "Upload-Checksum": "sha1 !"}, b"a"),
    "a method in a header": (PIECE, {"X-HTTP-Method-Override": "NONSENSE", "Upload-Offset": "0"}, b"a"),
}
HOSTS = ("evil.example", "localhost:evil", "[::1", "a b", "localhost@evil.example", "localhost, evil.example", "\xff")


# --- where it is sent ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    route: str
    name: str
    arguments: tuple[str, ...]

    def at(self, something: object = "", **given: object) -> str:
        """The path, with `given` in the places of those names and `something` in all others."""
        fixed = {"plan": "free", "name": "approve", "app_label": "accounts_app", "url": "nowhere"} | given
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)|<\w+:(\w+)>", lambda place: str(fixed.get(place[1] or place[2], something)), self.route)
        return "/" + path.translate({ord("^"): "", ord("$"): ""})


def addresses() -> list[Address]:
    """Every pattern there is."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[Any], prefix: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield Address(route, f"{space}{pattern.name}", tuple(pattern.pattern.converters))
        else:
            yield from _walk(pattern.url_patterns, route, f"{pattern.namespace}:" if pattern.namespace else space)


@dataclass
class Form:
    """What can be filled in on a page. `action` is "" for the page itself."""

    method: str = "get"
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def to_fill(self) -> list[str]:
        """The names of the fields that mean something here."""
        return [name for name in self.fields if name != "csrfmiddlewaretoken"]

    @property
    def well_filled(self) -> dict[str, str]:
        return {name: WELL.get(name, value) for name, value in self.fields.items()}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.select: tuple[Form, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = self.by_id.setdefault(said.get("id", f"form {len(self.forms)}"), Form())
            self.open.method, self.open.action = said.get("method", "get").lower(), said.get("action", "")
            self.forms.append(self.open)
        form = self.by_id.setdefault(said["form"], Form()) if "form" in said else self.open
        if form is None:
            return
        if tag in ("input", "select", "textarea", "button") and said.get("name"):
            form.fields.setdefault(said["name"], said.get("value", ""))
            self.select = (form, said["name"]) if tag == "select" else None
        elif tag == "option" and self.select and "selected" in said:
            self.select[0].fields[self.select[1]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None


def forms_on(page: str) -> list[Form]:
    found = _Forms()
    found.feed(page)
    return found.forms


def encoded(fields: dict[str, str] | list[tuple[str, str]]) -> str:
    """As a browser would send it if it let half of a surrogate pair through."""
    pairs = fields.items() if isinstance(fields, dict) else fields
    return "&".join("=".join(quote_from_bytes(part.encode("utf-8", "surrogatepass")) for part in pair) for pair in pairs)


# --- the judge -----------------------------------------------------------------------------------

FINE = {200, 201, 204, 206, 301, 302, 303, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 416, 422, 429}
RUNS_SCRIPT = re.compile(rb"(?:href|src|action|formaction)\s*=\s*[\"']?\s*(?:javascript|data:text)", re.IGNORECASE)
FILE_POLICY = "sandbox; default-src 'none'"  # of what somebody has sent
API, API_DOCS = "/api/", "/api/v1/docs/"
FOR_MACHINES = ("/healthz", "/readyz")


def faults(answer: HttpResponse, wants_json: bool, is_api: bool = False) -> Iterator[str]:
    """What is wrong with an answer, whatever was asked."""
    if answer.status_code not in FINE:
        yield f"status {answer.status_code}"
    content = b"" if answer.streaming else answer.content
    if "html" in answer.get("Content-Type", "") and (MARK.encode() in content or RUNS_SCRIPT.search(content)):
        yield "it shows HTML as it was typed"
    if "hostile" in answer.cookies:
        yield "it sets a cookie that was asked for"
    yield from _wrong_headers(answer)
    if content and answer.status_code >= 400 and (is_api or (wants_json and answer.status_code != 422)):
        yield from _wrong_problem(answer)


def _wrong_headers(answer: HttpResponse) -> Iterator[str]:
    policy = answer.get("Content-Security-Policy", "")
    is_file = policy == FILE_POLICY and "html" not in answer.get("Content-Type", "")
    if not is_file and ("default-src 'none'" not in policy or "frame-ancestors 'none'" not in policy or "unsafe" in policy):
        yield f"its content security policy is {policy!r}"
    for name, value in {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}.items():
        if answer.get(name) != value:
            yield f"its {name} is {answer.get(name)!r}"
    if 300 <= answer.status_code < 400 and not _is_here(answer["Location"]):
        yield f"it leads to {answer['Location']!r}"


def _is_here(location: str) -> bool:
    """As a browser would go there: it takes a backslash for a slash, and drops tabs and line breaks."""
    there = urlsplit(urljoin("http://testserver/a/b/", re.sub(r"[\t\r\n]", "", location).replace("\\", "/").strip()))
    return (there.scheme, there.netloc) == ("http", "testserver")


def _wrong_problem(answer: HttpResponse) -> Iterator[str]:
    """RFC 9457."""
    if answer["Content-Type"] != "application/problem+json":
        yield f"{answer.status_code} as {answer['Content-Type']!r} instead of a problem in JSON"
        return
    problem = answer.json()
    if problem["status"] != answer.status_code or not all(problem[name] for name in ("type", "title", "detail")):
        yield f"the problem says {problem}"


class Intruder(logging.Handler):
    """Sends requests as somebody, takes back whatever they changed, and collects complaints about the answers.

    Args:
        clients: by the name of the role; each stays as signed in as it is now.
    """

    def __init__(self, clients: dict[str, Client]) -> None:
        super().__init__(logging.ERROR)
        self.clients = clients
        self.cookies = {who: {name: cookie.value for name, cookie in client.cookies.items()} for who, client in clients.items()}
        self.complaints: list[str] = []
        self.sent = 0
        self.logged: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("django.security"):  # there it is the intruder who is complained about
            self.logged.append(record.getMessage())

    def send(
        self, who: str, method: str, path: str, body: str | bytes = "", *, kind: str = URLENCODED, note: str = "", **headers: str
    ) -> HttpResponse | None:
        """The answer, or None when there was none but an exception. `note` stands in the complaint."""
        self.sent += 1
        client = self.clients[who]
        client.cookies.clear()
        for name, value in self.cookies[who].items():
            client.cookies[name] = value
        try:
            with transaction.atomic():
                answer = client.generic(method, path, body, kind, headers=headers or None)
                if connection.connection.info.transaction_status != TransactionStatus.INERROR:
                    connection.check_constraints()  # what a commit would find
                transaction.set_rollback(True)
            is_api = path.startswith(API) and not path.startswith(API_DOCS)
            found = list(faults(answer, headers.get("Accept") == "application/json", is_api)) if path not in FOR_MACHINES else []
        except Exception as error:
            answer, found = None, [f"{type(error).__name__}: {error}"]
        found += [f"the log says {line}" for line in self.logged]
        self.logged.clear()
        self.complain(found, f"{who} {method} {path[:150]} {note}")
        return answer

    def submit(self, who: str, form: Form, fields: dict[str, str] | list[tuple[str, str]], note: str) -> HttpResponse | None:
        if form.method == "get":
            wanted = [pair for pair in (fields.items() if isinstance(fields, dict) else fields) if pair[1]]
            return self.send(who, "GET", f"{form.action}?{encoded(wanted)}", note=note)
        return self.send(who, "POST", form.action, encoded(fields), note=note)

    def complain(self, found: list[str], about: str) -> None:
        self.complaints += [f"{about}: {what[:300]}" for what in found]

    def verdict(self) -> str:
        """The complaints since the last verdict, the first of each kind, in lines."""
        kinds: dict[str, list[str]] = {}
        for complaint in self.complaints:
            kinds.setdefault(complaint.rsplit(": ", 1)[-1][:60], []).append(complaint)
        self.complaints = []
        return "\n".join(f"{len(alike)} x {alike[0]}" for alike in kinds.values())

    def close(self) -> None:
        logging.getLogger().removeHandler(self)
        super().close()
