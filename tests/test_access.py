"""Who may do what, as a table: every address of the site, for everybody who might ask, in every state that matters.

Invisible is 404, visible but not allowed is 403, too late or the wrong state is 409, and whoever is not signed in is sent there.
The sockets have the same table in live/tests/test_rights.py. Signing in and out is allauth's, see accounts_app/tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts_app.models import Mechanic, User, Workshop
from api_app.tests.calls import told
from files_app.models import Bundle, SessionFile, Upload
from files_app.tests.photos import photo_in, picture
from lifecycle import people, queue, room
from requests_app.models import IntakeDraft, Vehicle
from requests_app.tests.filled import filled
from sessions_app import chat
from sessions_app.tests.browsing import browser
from tests import cast
from tests.staff import staff_in
from webhooks_app import managing

# Nobody signed in; its customer, another customer; an approved mechanic to whom it is (or was) open, one to whom it never was;
# its mechanic, its former mechanic, the owner of its mechanic's workshop; mechanics who may not work: one has applied, one is
# suspended and had this very session before; support, and support who have said why they look into it.
ROLES = ("AN", "CO", "CX", "MO", "MN", "MA", "MF", "WO", "MS", "ST", "SL")

UNPAID, PENDING, WAITING, LIVE, COMPLETED = STATES = ("unpaid", "pending", "waiting", "live", "completed")
HELD_OR_OVER = (WAITING, LIVE, COMPLETED)
PHONE = "415-555-0199"

HOOK = {"name": "Shop system", "url": "https://shop.example.org/hooks"}
REASON = {"usual": "time", "reason": "There was no time."}
REPORT = {"findings": "The coil is worn.", "severity": "soon", "safe_to_drive": "yes", "reason": "The customer called."}


@dataclass(frozen=True)
class Row:
    """One address, and what it answers.

    Args:
        what: what somebody wants.
        cells: by state, one word for each of ROLES. "yes": here it is; "on": done, or it is elsewhere; "in": please sign in;
            401, 403, 404, 409; "-": nobody has that role in that state.
        of: what the address names.
        data: what is sent: by a form, to the API as JSON.
        headers: what the script says that sends it.
    """

    what: str
    method: str
    name: str
    cells: dict[str, str]
    data: dict | bytes = field(default_factory=dict)
    of: tuple[str, ...] = ("session",)
    query: str = ""
    headers: dict = field(default_factory=dict)


def same(states: tuple[str, ...], words: str) -> dict[str, str]:
    return dict.fromkeys(states, words)


def anytime(words: str) -> dict[str, str]:
    """It does not depend on any session; asked while one is live."""
    return {LIVE: words}


#                        AN CO CX MO MN MA MF WO MS ST SL
IN_ROOM_PENDING = "      in yes 404 404 404 - yes - 404 403 yes"
IN_ROOM = "              in yes 404 404 404 yes yes 404 404 403 yes"
WRITES_CHECK = {
    "pending": "         in 403 404 404 404 - 403 - 404 403 403",
    "waiting": "         in 403 404 404 404 on 403 404 404 403 403",
    "live": "            in 403 404 404 404 on 403 404 404 403 403",
    "completed": "       in 403 404 404 404 409 403 404 404 403 403",
}
MECHANICS = "            in 403 403 yes yes yes yes 403 403 yes yes"
SIGNED_IN = "            in yes yes yes yes yes yes yes yes yes yes"
ANYBODY = "              yes yes yes yes yes yes yes yes yes yes yes"
API_SIGNED_IN = "        401 yes yes yes yes yes yes yes yes yes yes"
CUSTOMERS = "            in yes yes 403 403 403 403 yes 403 yes yes"
OWN_CAR = "              in yes 404 404 404 404 404 404 404 404 404"
OWNERS = "               in 403 403 403 403 403 403 yes 403 403 403"
OWN_HOOK = "             in 404 404 404 404 404 404 {} 404 404 404"
WRITERS = "              404 {} 404 404 404 404 404 404 404 404 404"

TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
ANNOUNCES = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}

FORM_WITH_PHOTO = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("engine.png", picture((40, 30), kind="PNG"), "image/png")})

TABLE = [
    Row("the front page", "get", "home", anytime("yes on on on on on on on on on on"), of=()),
    Row("the price list", "get", "intake-choose", anytime(ANYBODY), of=()),
    Row("what a VIN says", "get", "vin-facts", anytime(ANYBODY), of=()),
    Row("trouble codes in a text", "post", "trouble-codes", anytime(ANYBODY), {"concern": "P0302"}, of=()),
    Row("whether the site answers", "get", "healthz", anytime(ANYBODY), of=()),
    # --- asking for help
    Row("an empty intake", "get", "intake", anytime("yes yes yes 403 403 403 403 yes 403 yes yes"), of=("plan",)),
    Row(
        "submit an intake",
        "post",
        "intake",
        {PENDING: "in on on 403 403 - 403 on 403 on on", LIVE: "in 409 on 403 403 403 403 on 403 on on"},
        filled(),
        of=("plan",),
    ),
    Row("go on with a kept intake", "get", "intake-continue", anytime("in yes 404 403 403 403 403 404 403 404 404"), of=("draft",)),
    Row("throw a kept intake away", "post", "intake-discard", anytime("on on on on on on on on on on on"), of=("draft",)),
    Row(
        "see the till",
        "get",
        "checkout",
        {UNPAID: "in yes 404 404 404 - - - 404 403 403", LIVE: "in on 404 404 404 403 403 403 404 403 403"},
    ),
    Row(
        "pay",
        "post",
        "checkout",
        {UNPAID: "in on 404 404 404 - - - 404 403 403", LIVE: "in on 404 404 404 403 403 403 404 403 403"},
    ),
    # --- the queue
    Row(
        "see car and concern",
        "get",
        "session-intake",
        {
            UNPAID: "in yes 404 404 404 - - - 404 yes yes",
            PENDING: "in yes 404 yes 404 - yes - 404 yes yes",
            **same(HELD_OR_OVER, "in yes 404 404 404 yes yes yes 404 yes yes"),
        },
    ),
    Row(
        "accept",
        "post",
        "accept",
        {
            UNPAID: "in 403 404 404 404 - - - 403 403 403",
            PENDING: "in 403 404 on 404 - on - 403 403 403",
            # Its own mechanic's second click is answered, not refused.
            **same((WAITING, LIVE), "in 403 404 409 404 on 409 403 403 403 403"),
            COMPLETED: "in 403 404 409 404 409 409 403 403 403 403",
        },
    ),
    *(
        Row(
            "decline",
            method,
            "decline",
            {
                PENDING: f"in 403 404 {done} 404 - {done} - 403 403 403",
                **same(HELD_OR_OVER, "in 403 404 409 404 409 409 403 403 403 403"),
            },
            REASON if method == "post" else {},
        )
        for method, done in (("get", "yes"), ("post", "on"))
    ),
    *(
        Row(
            "release",
            method,
            "session-release",
            {
                PENDING: "in 403 404 404 404 - 403 - 403 409 409",
                WAITING: f"in 403 404 404 404 {done} 403 {done} 403 {done} {done}",
                **same((LIVE, COMPLETED), "in 403 404 404 404 409 403 409 403 409 409"),
            },
            REASON if method == "post" else {},
        )
        for method, done in (("get", "yes"), ("post", "on"))
    ),
    # --- the room
    Row(
        "enter the room",
        "get",
        "room-chat",
        {PENDING: "in yes 404 404 404 - yes - 404 on yes", **same(HELD_OR_OVER, "in yes 404 404 404 yes yes 404 404 on yes")},
    ),
    Row("the room of another kind", "get", "room-video", {LIVE: "in on 404 404 404 on on 404 404 on on"}),
    Row("the room of another kind", "get", "room-diagnostic", {LIVE: "in on 404 404 404 on on 404 404 on on"}),
    Row("how the room stands", "get", "session-state", {PENDING: IN_ROOM_PENDING, **same(HELD_OR_OVER, IN_ROOM)}),
    Row(
        "be in the room",
        "post",
        "session-enter",
        {PENDING: "in on 404 404 404 - 403 - 404 403 403", **same((WAITING, LIVE), "in on 404 404 404 on 403 404 404 403 403")},
    ),
    Row("say why", "get", "session-look", {LIVE: "in on 404 404 404 on on on 404 yes yes"}),
    Row("say why", "post", "session-look", {LIVE: "in on 404 404 404 on on on 404 on on"}, REASON),
    Row("read the talk", "get", "session-messages", {PENDING: IN_ROOM_PENDING, **same(HELD_OR_OVER, IN_ROOM)}),
    Row(
        "say something",
        "post",
        "session-messages",
        {
            PENDING: "in 409 404 404 404 - 403 - 404 403 403",
            **same((WAITING, LIVE), "in on 404 404 404 on 403 404 404 403 403"),
            COMPLETED: "in 409 404 404 404 409 403 404 404 403 403",
        },
        {"client_id": "5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d11", "body": "Hello"},
    ),
    Row(
        "have read it",
        "post",
        "session-read",
        {PENDING: "in yes 404 404 404 - 403 - 404 403 403", **same(HELD_OR_OVER, "in yes 404 404 404 yes 403 404 404 403 403")},
        {"up_to": 1},
    ),
    Row(
        "relay credentials",
        "get",
        "session-relay",
        {
            PENDING: "in 409 404 404 404 - 403 - 404 403 403",
            **same((WAITING, LIVE), "in yes 404 404 404 yes 403 404 404 403 403"),
            COMPLETED: "in 409 404 404 404 409 403 404 404 403 403",
        },
    ),
    Row(
        "agree to a voice call",
        "post",
        "session-voice",
        {
            PENDING: "in 409 404 404 404 - 403 - 404 403 403",
            **same((WAITING, LIVE), "in on 404 404 404 on 403 404 404 403 403"),
            COMPLETED: "in 409 404 404 404 409 403 404 404 403 403",
        },
    ),
    # --- files
    Row(
        "the list of files",
        "get",
        "session-files",
        {
            PENDING: "in yes 404 404 404 - 404 - 404 403 yes",
            **same(HELD_OR_OVER, "in yes 404 404 404 yes 404 404 404 403 yes"),
        },
    ),
    *(
        Row(
            "send a file",
            "post",
            name,
            {
                **same((UNPAID,), f"{first} {done} 404 404 404 - - - 404 403 403"),
                PENDING: f"{first} {done} 404 404 404 - 404 - 404 403 403",
                **same((WAITING, LIVE), f"{first} {done} 404 404 404 {done} 404 404 404 403 403"),
                COMPLETED: f"{first} 409 404 404 404 409 404 404 404 403 403",
            },
            headers=headers,
        )
        for name, first, done, headers in (("session-uploads", "401", "yes", ANNOUNCES), ("session-files", "in", "on", {}))
    ),
    *(
        Row("one's own file on its way", method, "upload", anytime(WRITERS.format("yes")), of=("upload",), headers=TUS)
        for method in ("head", "patch", "delete")
    ),
    Row("the files of an intake that is being written", "get", "intake-files", anytime(WRITERS.format("yes")), of=("bundle",)),
    Row("send a file with a form that is being written", "post", "intake-files", anytime(WRITERS.format("on")), of=("bundle",)),
    Row("take it back", "post", "intake-file-remove", anytime(WRITERS.format("on")), of=("bundle", "taken_back")),
    Row(
        "add a file to somebody's intake",
        "post",
        "intake-uploads",
        anytime("404 yes 404 403 403 403 403 404 403 404 404"),
        of=("bundle",),
        headers=ANNOUNCES,
    ),
    Row(
        "send the first file of an intake",
        "post",
        "intake-uploads",
        anytime("yes yes yes 403 403 403 403 yes 403 yes yes"),
        of=("new_bundle",),
        headers=ANNOUNCES,
    ),
    # --- drawing on photos
    Row(
        "a file",
        "get",
        "session-file",
        {
            PENDING: "in yes 404 404 404 - 404 - 404 403 yes",
            **same(HELD_OR_OVER, "in yes 404 404 404 yes 404 404 404 403 yes"),
        },
        of=("session", "photo"),
    ),
    Row(
        "a small photo",
        "get",
        "session-thumbnail",
        {
            UNPAID: "in yes 404 404 404 - - - 404 403 yes",
            PENDING: "in yes 404 yes 404 - 404 - 404 403 yes",
            **same(HELD_OR_OVER, "in yes 404 404 404 yes 404 404 404 403 yes"),
        },
        of=("session", "photo"),
    ),
    Row(
        "a small photo of an intake that is being written",
        "get",
        "intake-thumbnail",
        anytime("404 yes 404 404 404 404 404 404 404 404 404"),
        of=("bundle", "unsent"),
    ),
    *(
        Row(
            what,
            "get",
            name,
            {PENDING: "in yes 404 404 404 - 404 - 404 403 yes", **same(HELD_OR_OVER, "in yes 404 404 404 yes 404 404 404 403 yes")},
            of=("session", "photo"),
        )
        for what, name in (("what is drawn on a photo", "file-drawing"), ("a photo with its drawing", "session-file-drawn"))
    ),
    *(
        Row(
            what,
            "post",
            name,
            {
                PENDING: "in 409 404 404 404 - 404 - 404 403 403",
                **same((WAITING, LIVE), "in yes 404 404 404 yes 404 404 404 403 403"),
                COMPLETED: "in 409 404 404 404 409 404 404 404 403 403",
            },
            {"client_id": "0b4a31de-6f1c-4a55-8a07-2b4d3c5f6e7a", "shape": "number", "points": "[[0.5, 0.5]]"},
            of=("session", "photo"),
        )
        for what, name in (
            ("draw on a photo", "file-drawing"),
            ("take a stroke back", "file-drawing-undo"),
            ("take all strokes back", "file-drawing-clear"),
        )
    ),
    # --- the guided check
    Row("read the check", "get", "session-checks", {PENDING: IN_ROOM_PENDING, **same(HELD_OR_OVER, IN_ROOM)}),
    Row("answer a step", "post", "session-check", WRITES_CHECK, {"result": "ok"}, of=("session", "step")),
    Row("take another checklist", "post", "session-checklist", WRITES_CHECK, {"category": "noise"}),
    Row(
        "ask the customer to show something",
        "post",
        "session-check-ask",
        WRITES_CHECK,
        {"wish": "photo", "client_id": "5f0c2a53-2f0e-4c51-9f5c-0d8f6a0f9d12"},
        of=("session", "step"),
    ),
    Row(
        "attach what shows it",  # the customer only where he was asked
        "post",
        "session-check-evidence",
        {**WRITES_CHECK, PENDING: "in 409 404 404 404 - 403 - 404 403 403", COMPLETED: "in 409 404 404 404 409 403 404 404 403 403"},
        of=("session", "step"),
    ),
    Row("what a code means", "post", "session-codes", {PENDING: IN_ROOM_PENDING, **same(HELD_OR_OVER, IN_ROOM)}, {"codes": "P0302"}),
    # --- the end
    *(
        Row(
            "complete",
            method,
            "session-complete",
            {
                PENDING: "in 403 404 404 404 - 403 - 403 409 409",
                LIVE: f"in 403 404 404 404 {done} 403 403 403 {done} {done}",
                **same((WAITING, COMPLETED), "in 403 404 404 404 409 403 403 403 409 409"),
            },
            REPORT if method == "post" else {},
        )
        for method, done in (("get", "yes"), ("post", "on"))
    ),
    *(
        Row(
            "cancel",
            method,
            "session-cancel",
            {
                UNPAID: f"in {done} 404 404 404 - - - 403 {done} {done}",
                PENDING: f"in {done} 404 403 404 - 403 - 403 {done} {done}",
                WAITING: f"in {done} 404 404 404 403 403 403 403 {done} {done}",
                **same((LIVE, COMPLETED), "in 409 404 404 404 403 403 403 403 409 409"),
            },
            {"usual": "solved"} if method == "post" else {},
        )
        for method, done in (("get", "yes"), ("post", "on"))
    ),
    Row(
        "report, summary, timeline",
        "get",
        "session-summary",
        {
            PENDING: "in yes 404 404 404 - 404 - 404 yes yes",
            **same(HELD_OR_OVER, "in yes 404 404 404 yes 404 yes 404 yes yes"),
        },
    ),
    Row(
        "the report as a PDF",
        "get",
        "session-report-pdf",
        {
            PENDING: "in yes 404 404 404 - 404 - 404 yes yes",
            **same(HELD_OR_OVER, "in yes 404 404 404 yes 404 yes 404 yes yes"),
        },
    ),
    Row("where to review", "get", "session-review", {COMPLETED: "in on 404 404 404 on 404 on 404 on on"}),
    Row(
        "review",
        "post",
        "session-review",
        {
            **same((WAITING, LIVE), "in 409 404 404 404 403 404 403 404 403 403"),
            COMPLETED: "in on 404 404 404 403 404 403 404 403 403",
        },
        {"stars": 5},
    ),
    # --- own pages; of the workshop owner here, who is no mechanic, only a customer's
    *(
        Row("the dashboard", "get", f"mechanic-{tab}", anytime(MECHANICS), of=(), query="?mechanic={mechanic}")
        for tab in ("incoming", "active", "completed", "history", "tabs")
    ),
    Row("go on duty", "post", "mechanic-duty", anytime("in 403 403 on on on on 403 403 403 403"), {"on": "on"}, of=()),
    Row("work settings", "get", "mechanic-settings", anytime("in 403 403 yes yes yes yes 403 yes 403 403"), of=()),
    Row("apply as a mechanic", "get", "mechanic-apply", anytime("yes yes yes on on on on yes on 403 403"), of=()),
    Row("own profile", "get", "profile", anytime(SIGNED_IN), of=()),
    Row("the customer's page", "get", "my", anytime(CUSTOMERS), of=()),
    Row("the customer's open session", "get", "my-open", anytime(CUSTOMERS), of=()),
    Row("own cars", "get", "my-vehicles", anytime(SIGNED_IN), of=()),
    Row("add a car", "get", "vehicle-add", anytime(SIGNED_IN), of=()),
    Row("a customer's car", "get", "vehicle-edit", anytime(OWN_CAR), of=("car",)),
    Row("delete a customer's car", "get", "vehicle-delete", anytime(OWN_CAR), of=("car",)),
    Row(
        "delete a customer's car",
        "post",
        "vehicle-delete",
        anytime("in on 404 404 404 404 404 404 404 404 404"),
        of=("car",),
    ),
    # --- the same by the API, for whoever comes with a browser's session (a token's scopes: api_app/tests/test_tokens.py)
    Row("what programs may do", "get", "api:schema", anytime(ANYBODY), of=()),
    Row("what programs may do, to read", "get", "api:docs", anytime(ANYBODY), of=()),
    Row("list sessions", "get", "api:sessions", anytime("401 yes yes yes yes yes yes yes 403 yes yes"), of=()),
    Row(
        "submit an intake",
        "post",
        "api:sessions",
        {PENDING: "401 yes yes 403 403 - 403 yes 403 yes yes", LIVE: "401 409 yes 403 403 403 403 yes 403 yes yes"},
        told(),
        of=(),
    ),
    *(
        Row(
            "see car and concern",
            "get",
            name,
            {
                UNPAID: "401 yes 404 404 404 - - - 404 yes yes",
                PENDING: "401 yes 404 yes 404 - yes - 404 yes yes",
                **same(HELD_OR_OVER, "401 yes 404 404 404 yes yes yes 404 yes yes"),
            },
        )
        for name in ("api:session", "api:session-intake")
    ),
    Row(
        "timeline",
        "get",
        "api:session-timeline",
        {
            PENDING: "401 yes 404 404 404 - yes - 404 yes yes",
            **same(HELD_OR_OVER, "401 yes 404 404 404 yes yes yes 404 yes yes"),
        },
    ),
    Row(
        "what waits for a mechanic",
        "get",
        "api:requests",
        anytime("401 403 403 yes yes yes yes 403 403 yes yes"),
        of=(),
        query="?mechanic={mechanic}",
    ),
    Row("a request by itself", "post", "api:requests", anytime("401 409 409 409 409 409 409 409 409 409 409"), of=()),
    Row(
        "accept",
        "post",
        "api:session-accept",
        {
            UNPAID: "401 403 404 404 404 - - - 403 403 403",
            PENDING: "401 403 404 yes 404 - yes - 403 403 403",
            **same((WAITING, LIVE), "401 403 404 409 404 yes 409 403 403 403 403"),
            COMPLETED: "401 403 404 409 404 409 409 403 403 403 403",
        },
    ),
    Row(
        "decline",
        "post",
        "api:session-decline",
        {
            PENDING: "401 403 404 yes 404 - yes - 403 403 403",
            **same(HELD_OR_OVER, "401 403 404 409 404 409 409 403 403 403 403"),
        },
        REASON,
    ),
    Row(
        "release",
        "post",
        "api:session-release",
        {
            PENDING: "401 403 404 404 404 - 403 - 403 409 409",
            WAITING: "401 403 404 404 404 yes 403 yes 403 yes yes",
            **same((LIVE, COMPLETED), "401 403 404 404 404 409 403 409 403 409 409"),
        },
        REASON,
    ),
    Row(
        "cancel",
        "post",
        "api:session-cancel",
        {
            UNPAID: "401 yes 404 404 404 - - - 403 yes yes",
            PENDING: "401 yes 404 403 404 - 403 - 403 yes yes",
            WAITING: "401 yes 404 404 404 403 403 403 403 yes yes",
            **same((LIVE, COMPLETED), "401 409 404 404 404 403 403 403 403 409 409"),
        },
        {"usual": "solved"},
    ),
    # --- a workshop's webhooks, for its owner alone
    Row("own webhooks", "get", "webhooks", anytime(OWNERS), of=()),
    Row("make a webhook", "get", "webhook-add", anytime(OWNERS), of=()),
    Row("make a webhook", "post", "webhook-add", anytime(OWNERS.replace("yes", "on")), HOOK, of=()),
    Row("a webhook", "get", "webhook", anytime(OWN_HOOK.format("yes")), of=("webhook",)),
    Row("change a webhook", "get", "webhook-edit", anytime(OWN_HOOK.format("yes")), of=("webhook",)),
    Row("change a webhook", "post", "webhook-edit", anytime(OWN_HOOK.format("on")), HOOK, of=("webhook",)),
    Row("its secret", "get", "webhook-secret", anytime(OWN_HOOK.format("in")), of=("webhook",)),  # shows first who he is
    *(
        Row("use a webhook", "post", f"webhook-{name}", anytime(OWN_HOOK.format(done)), of=("webhook",))
        for name, done in (("rotate", "on"), ("test", "on"), ("off", "on"), ("on", "409"))
    ),
    Row("a delivery", "get", "webhook-delivery", anytime(OWN_HOOK.format("yes")), of=("webhook", "delivery")),
    Row("send it again", "post", "webhook-again", anytime(OWN_HOOK.format("on")), of=("webhook", "delivery")),
    Row(
        "enter the room",
        "post",
        "api:session-enter",
        {PENDING: "401 yes 404 404 404 - 403 - 404 403 403", **same((WAITING, LIVE), "401 yes 404 404 404 yes 403 404 404 403 403")},
    ),
    Row(
        "read the talk",
        "get",
        "api:session-messages",
        {
            PENDING: "401 yes 404 404 404 - yes - 404 403 yes",
            **same(HELD_OR_OVER, "401 yes 404 404 404 yes yes 404 404 403 yes"),
        },
    ),
    Row(
        "say something",
        "post",
        "api:session-messages",
        {
            PENDING: "401 409 404 404 404 - 403 - 404 403 403",
            **same((WAITING, LIVE), "401 yes 404 404 404 yes 403 404 404 403 403"),
            COMPLETED: "401 409 404 404 404 409 403 404 404 403 403",
        },
        {"body": "Hello"},
    ),
    Row(
        "have read it",
        "post",
        "api:session-read",
        {PENDING: "401 yes 404 404 404 - 403 - 404 403 403", **same(HELD_OR_OVER, "401 yes 404 404 404 yes 403 404 404 403 403")},
        {"up_to": 1},
    ),
    Row(
        "the list of files; a mechanic to whom it is offered sees small photos",
        "get",
        "api:session-files",
        {
            UNPAID: "401 yes 404 404 404 - - - 404 403 yes",
            PENDING: "401 yes 404 yes 404 - 404 - 404 403 yes",
            **same(HELD_OR_OVER, "401 yes 404 404 404 yes 404 404 404 403 yes"),
        },
    ),
    Row(
        "send a file",
        "post",
        "api:session-files",
        {
            UNPAID: "401 yes 404 404 404 - - - 404 403 403",
            PENDING: "401 yes 404 404 404 - 404 - 404 403 403",
            **same((WAITING, LIVE), "401 yes 404 404 404 yes 404 404 404 403 403"),
            COMPLETED: "401 409 404 404 404 409 404 404 404 403 403",
        },
        FORM_WITH_PHOTO,
        headers={"Content-Type": MULTIPART_CONTENT},
    ),
    *(
        Row(
            "a file",
            "get",
            name,
            {
                PENDING: "401 yes 404 404 404 - 404 - 404 403 yes",
                **same(HELD_OR_OVER, "401 yes 404 404 404 yes 404 404 404 403 yes"),
            },
            of=("session", "photo"),
        )
        for name in ("api:session-file", "api:session-file-content")
    ),
    Row(
        "a small photo",
        "get",
        "api:session-file-thumbnail",
        {
            UNPAID: "401 yes 404 404 404 - - - 404 403 yes",
            PENDING: "401 yes 404 yes 404 - 404 - 404 403 yes",
            **same(HELD_OR_OVER, "401 yes 404 404 404 yes 404 404 404 403 yes"),
        },
        of=("session", "photo"),
    ),
    Row(
        "complete",
        "post",
        "api:session-complete",
        {
            PENDING: "401 403 404 404 404 - 403 - 403 403 403",
            LIVE: "401 403 404 404 404 yes 403 403 403 403 403",
            **same((WAITING, COMPLETED), "401 403 404 404 404 409 403 403 403 403 403"),
        },
        {"findings": "The coil is worn.", "severity": "soon", "safe_to_drive": True},
    ),
    Row(
        "the report",
        "get",
        "api:session-report",
        {
            **same((PENDING, LIVE), "401 404 404 404 404 404 404 404 404 404 404"),
            COMPLETED: "401 yes 404 404 404 yes 404 yes 404 yes yes",
        },
    ),
    Row(
        "the report as a PDF",
        "get",
        "api:session-report-pdf",
        {
            PENDING: "401 yes 404 404 404 - 404 - 404 yes yes",
            **same(HELD_OR_OVER, "401 yes 404 404 404 yes 404 yes 404 yes yes"),
        },
    ),
    Row("the stars, before there are any", "get", "api:session-review", {COMPLETED: "401 404 404 404 404 404 404 404 404 404 404"}),
    Row(
        "review",
        "post",
        "api:session-review",
        {
            **same((WAITING, LIVE), "401 409 404 404 404 403 404 403 404 403 403"),
            COMPLETED: "401 yes 404 404 404 403 404 403 404 403 403",
        },
        {"stars": 5},
    ),
    Row("the price list", "get", "api:plans", anytime(ANYBODY), of=()),
    Row("own cars", "get", "api:vehicles", anytime(API_SIGNED_IN), of=()),
    Row("add a car", "post", "api:vehicles", anytime(API_SIGNED_IN), {"year": 2016, "make": "Toyota", "model": "Yaris"}, of=()),
    *(
        Row("a customer's car", method, "api:vehicle", anytime("401 yes 404 404 404 404 404 404 404 404 404"), said, of=("car",))
        for method, said in (("get", {}), ("patch", {"odometer": 84001}), ("delete", {}))
    ),
    Row("who I am", "get", "api:me", anytime(API_SIGNED_IN), of=()),
    Row("go on duty", "patch", "api:me", anytime("401 403 403 yes yes yes yes 403 403 403 403"), {"on_duty": True}, of=()),
    # Of the support team, Sara's browser has not seen her code.
    *(
        Row("for the support team", "get", name, anytime("401 403 403 403 403 403 403 403 403 yes 403"), of=())
        for name in ("api:staff-attention", "api:staff-sessions")
    ),
    Row(
        "what is the matter",
        "get",
        "api:staff-diagnosis",
        {
            **same((UNPAID,), "401 403 403 403 403 - - - 403 yes 403"),
            PENDING: "401 403 403 403 403 - 403 - 403 yes 403",
            **same(HELD_OR_OVER, "401 403 403 403 403 403 403 403 403 yes 403"),
        },
    ),
    *(
        Row(
            f"{name}, by the support team",
            "post",
            f"api:staff-{name}",
            {
                PENDING: f"401 403 403 403 403 - 403 - 403 {answers[PENDING]} 403",
                **{state: f"401 403 403 403 403 403 403 403 403 {answers[state]} 403" for state in HELD_OR_OVER},
            },
            {"reason": "The customer called."},
        )
        for name, answers in {
            "look": {PENDING: "yes", WAITING: "yes", LIVE: "yes", COMPLETED: "yes"},
            "requeue": {PENDING: 409, WAITING: 409, LIVE: 409, COMPLETED: 409},
            "release": {PENDING: 409, WAITING: "yes", LIVE: 409, COMPLETED: 409},
            "cancel": {PENDING: "yes", WAITING: "yes", LIVE: 409, COMPLETED: 409},
            "complete": {PENDING: 409, WAITING: 409, LIVE: "yes", COMPLETED: 409},
            "abort": {PENDING: 409, WAITING: 409, LIVE: "yes", COMPLETED: 409},
        }.items()
    ),
    Row(
        "assign",
        "post",
        "api:staff-assign",
        {
            PENDING: "401 403 403 403 403 - 403 - 403 422 403",
            LIVE: "401 403 403 403 403 403 403 403 403 422 403",
        },
        {"mechanic": "0b4a31de-6f1c-4a55-8a07-2b4d3c5f6e7a", "reason": "The customer called."},
    ),
    # --- the admin: support who have not typed their code in this browser are asked for it
    *(
        Row("the admin", "get", name, anytime("404 404 404 404 404 404 404 404 404 yes in"), of=())
        for name in ("admin:index", "admin:actions", "admin:sessions_app_session_changelist", "admin:accounts_app_user_changelist")
    ),
    *(
        Row(what, method, f"admin:accounts_app_{name}", anytime(f"404 404 404 404 404 404 404 404 404 {done} in"), data, of=of)
        for what, method, name, done, data, of in (
            ("see the site as a customer", "post", "user_see_as", "on", REASON, ("customer",)),
            ("ask for help in a customer's name", "get", "user_ask_for", "yes", {}, ("customer",)),
            ("suspend a mechanic", "get", "mechanic_suspend", "yes", {}, ("mechanic",)),
        )
    ),
]

# Without a row: other tests ask these.
ELSEWHERE = {"readyz"}  # mechanichub/tests/test_health.py: how a watcher sees an outage
OTHERS = ("accounts/", "admin/")  # allauth's pages; the admin has one door, which is in the table


# --- the world -----------------------------------------------------------------------------------


@dataclass
class World:
    """One session in one state, with everybody around it, each in a browser of their own."""

    state: str
    people: dict[str, list[User | None]]
    ids: dict[str, object]
    browsers: dict[User | None, Client] = field(default_factory=dict)

    def answers(self, row: Row, role: str) -> set[str]:
        """What the people of a role are told; nothing of what they did remains."""
        return {word(self.ask(row, person)) for person in self.people[role]}

    def ask(self, row: Row, person: User | None) -> HttpResponse:
        address = reverse(row.name, args=[self.ids[each] for each in row.of]) + row.query.format(**self.ids)
        form = {"content_type": "application/json"} if row.name.startswith("api:") and row.method != "get" else {}
        with undone():
            return getattr(self.browsers[person], row.method)(address, row.data, headers=row.headers, **form)


def word(answer: HttpResponse) -> str:
    if answer.status_code in (301, 302, 303):
        return "in" if answer["Location"].startswith("/accounts/") else "on"
    return "yes" if answer.status_code in (200, 201, 204) else str(answer.status_code)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build(state: str) -> World:
    cast.price_list()
    sam, sara = (cast.person(name, is_staff=True, is_superuser=True) for name in ("Sam", "Sara"))
    carla, colin, will, oscar = (cast.person(name) for name in ("Carla", "Colin", "Will", "Oscar"))
    garage = Workshop.objects.create(name="Will's Garage", slug="wills-garage", owner=will)
    max, mia, fred, sven = (cast.mechanic(name, by=sam, brands=["toyota"]) for name in ("Max", "Mia", "Fred", "Sven"))
    nora = cast.mechanic("Nora", by=sam, brands=["bmw"])
    Mechanic.objects.filter(pk=max.pk).update(workshop=garage)
    Mechanic.objects.create(user=oscar, display_name="Oscar", brands=["toyota"])
    session = bring(state, carla, cast.fresh(max), [sven, fred])
    people.suspend(sven.pk, by=sam, reason="Complaints.")
    room.look(session.pk, by=sara, reason="The customer called.")
    told = {key: [str(value)] for key, value in filled().items()}
    draft = IntakeDraft.objects.create(
        client_id=told["client_id"][0], email=carla.email, plan="free", data=told, user=carla, created_at=timezone.now()
    )
    car = Vehicle.objects.create(owner=carla, make="Toyota", model="Corolla", year=2016)
    one = {"AN": None, "CO": carla, "CX": colin, "MO": mia, "MN": nora, "MA": max, "MF": fred, "WO": will, "ST": sam, "SL": sara}
    ids = {"session": session.pk, "draft": draft.pk, "car": car.pk, "plan": "free", "mechanic": max.pk, "step": "safe-place"}
    bundle = Bundle.objects.create(user=carla)
    unsent, taken_back = photo_in(session, carla), photo_in(session, carla)
    SessionFile.objects.filter(pk__in=[unsent.pk, taken_back.pk]).update(session=None, bundle=bundle)
    ids |= {"photo": photo_in(session, carla).pk, "bundle": bundle.pk, "unsent": unsent.pk, "new_bundle": uuid4()}
    ids["taken_back"] = taken_back.pk  # not the other one: its objects do not come back with its row
    ids["customer"] = carla.pk
    ids["upload"] = Upload.objects.create(session=session, uploader=carla, name="noise.mp4", size=5).pk
    hook = managing.add(by=will, workshop=garage, events=[], **HOOK)
    ids |= {"webhook": hook.pk, "delivery": managing.send_test(hook.pk, by=will).pk}
    world = World(state, {role: [person] for role, person in one.items()} | {"MS": [oscar, sven]}, ids)
    everybody = [person for persons in world.people.values() for person in persons]
    signed_in = {sam: staff_in(Client(raise_request_exception=False), sam)}  # with his code; Sara's browser has not seen hers
    world.browsers = {person: browser(person) for person in everybody if person != sam} | signed_in
    return world


def bring(state: str, customer: User, mechanic: User, formerly: list[User]):
    """The session of `customer` in this state, after `formerly` have had it and given it back."""
    asked = {"phone": f"+1 {PHONE}", "requested_brand": "toyota"}
    if state == UNPAID:
        return queue.submit(cast.submission(plan_code="quick", **asked), by=customer)
    session = cast.pending(customer, **asked)
    for before in formerly:
        queue.accept(session.pk, by=before)
        session = queue.release(session.pk, by=before, reason="No time.")
    if state == PENDING:
        return session
    session = queue.accept(session.pk, by=mechanic)
    chat.post(session.pk, by=mechanic, client_id=session.pk, body="Hello")
    if state == WAITING:
        return session
    room.enter(session.pk, by=customer)
    session = room.enter(session.pk, by=mechanic)
    cast.an_hour_passes(session)
    return session if state == LIVE else room.complete(session.pk, by=mechanic, report=room.ReportData(**cast.REPORT))


@pytest.fixture(scope="module", params=STATES)
def built(request, django_db_setup, django_db_blocker) -> Iterator[World]:
    """Built once for each state."""
    with django_db_blocker.unblock(), undone():
        yield build(request.param)


@pytest.fixture
def world(built, db) -> World:
    return built


# --- the tests -----------------------------------------------------------------------------------


def addresses(patterns: list[URLPattern | URLResolver], before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(address, name) of every page of the site."""
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, address, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield address, f"{space}{pattern.name or ''}"


def test_every_address_has_a_row():
    known = {row.name for row in TABLE} | ELSEWHERE
    found = [(address, name) for address, name in addresses(get_resolver().url_patterns) if not address.startswith(OTHERS)]
    assert len(found) > 30, "hardly any address was found, so this shows nothing"
    missing = [f"{address} ({name})" for address, name in found if name not in known]
    assert not missing, f"Say in TABLE who may use these: {', '.join(missing)}"
    gone = {row.name for row in TABLE} - {name for _, name in addresses(get_resolver().url_patterns)}
    assert not gone, f"These addresses are not there any more: {gone}"


def test_every_row_says_it_for_everybody():
    short = [f"{row.what} ({row.name}), {state}" for row in TABLE for state, words in row.cells.items() if len(words.split()) != len(ROLES)]
    assert not short, f"One word for each role, please: {short}"


def test_what_everybody_may_do(world):
    """All cells of one state; the failure lists every cell that is different."""
    rows = [row for row in TABLE if world.state in row.cells]
    assert len(rows) > 5
    wrong = []
    for row in rows:
        for role, expected in zip(ROLES, row.cells[world.state].split(), strict=True):
            found = world.answers(row, role) if expected != "-" else {"-"}
            if found != {expected}:
                wrong.append(f"{row.what} ({row.method} {row.name}), {role}, {world.state}: {found} and not {expected}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_who_reads_the_phone_number(world):
    readers = {PENDING: {"CO", "SL"}, UNPAID: {"CO", "SL"}}.get(world.state, {"CO", "MA", "SL"})
    for name in ("session-intake", "room-chat"):
        row = next(row for row in TABLE if row.name == name)
        found = {role for role in ROLES for person in world.people[role] if PHONE in world.ask(row, person).content.decode()}
        assert found <= readers, f"{name} shows the customer's phone number to {found - readers}"
        if name == "session-intake":
            assert found == readers, f"{name} hides the customer's phone number from {readers - found}"


def test_nobody_throws_away_somebody_elses_intake(world):
    address = reverse("intake-discard", args=[world.ids["draft"]])
    for role, left in {"AN": True, "CX": True, "MA": True, "ST": True, "CO": False}.items():
        with undone():
            world.browsers[world.people[role][0]].post(address)
            assert IntakeDraft.objects.filter(pk=world.ids["draft"]).exists() is left, role


ADMIN_PAGES = sorted(name for _, name in addresses(admin.site.urls[0]) if name.endswith(("_changelist", "_add")))


def test_there_is_no_admin_for_others(world):
    if world.state != LIVE:
        return  # it does not depend on the state
    assert len(ADMIN_PAGES) > 20, "hardly any page of the admin was found, so this shows nothing"
    for name in ADMIN_PAGES:
        for role in ("AN", "CO", "MA"):
            row = Row(name, "get", f"admin:{name}", {}, of=())
            assert world.answers(row, role) == {"404"}, f"{role} finds the admin's {name}"
