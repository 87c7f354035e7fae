"""`Idempotency-Key`: a POST that is sent again is answered again, and done once (draft-ietf-httpapi-idempotency-key-header).

What was done and what was answered are committed in one transaction, under a lock that PostgreSQL itself lets go when a request
dies. So there is no half-kept answer, no answer to what was rolled back, and no key that is blocked for ever.

Kept is what the product said, yes or no (409, 404 ...). Not kept is what never reached it: a body that was refused (400, 422), too
often (429), a fault (5xx). That may be mended and sent again with the same key.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api_app.models import KeptAnswer
from mechanichub.errors import DomainError, Unreadable

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
NOT_KEPT = {400, 401, 406, 413, 415, 422, 429}
KEPT_HEADERS = ("Content-Type", "Location")


class OtherRequest(DomainError):
    """The key was used for something else. 422."""

    status = 422
    code = "key_used_otherwise"
    title = gettext_lazy("This key belongs to another request")


class StillRunning(DomainError):
    """The first request with this key is not answered yet. 409 with Retry-After."""

    status = 409
    code = "still_running"
    title = gettext_lazy("Still being answered")
    retry_after = 1  # seconds


def once(request: Request, act: Callable[[], Response], *, in_one_transaction: bool) -> HttpResponse:
    """The answer of `act`, or the one that this key was given before.

    Args:
        act: does what was asked; errors are answers, not exceptions.
        in_one_transaction: false for what calls a storage meanwhile, and no transaction should wait for that. What it does has to
            be such that doing it again does no harm: between it and the kept answer there is then a gap that a crash may hit.

    Raises:
        Unreadable: the key is empty, too long, or not plain text.
        OtherRequest, StillRunning
    """
    key, fingerprint = key_of(request), fingerprint_of(request)
    with locked(request.user.pk, key, in_one_transaction=in_one_transaction):
        kept = KeptAnswer.objects.filter(user=request.user, key=key, created_at__gt=timezone.now() - KEPT_FOR).first()
        if kept:
            return replay(kept, fingerprint)
        response = act()
        if response.status_code < 500 and response.status_code not in NOT_KEPT:
            keep(response, user_id=request.user.pk, key=key, fingerprint=fingerprint)
        return response


def key_of(request: Request) -> str:
    key = request.headers[HEADER]
    if not KEY.fullmatch(key):
        raise Unreadable(_("An Idempotency-Key is 1 to 255 visible ASCII characters, such as a UUID."))
    return key


def fingerprint_of(request: Request) -> str:
    """Of what is asked, not of how it is written: spaces and the order of names in JSON do not count, nor the boundaries of a form."""
    told = [request.method, request.get_full_path(), list(parts_of(request))]
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def parts_of(request: Request) -> Iterator[object]:
    files = request.FILES
    yield request.data if not files else {name: request.data.getlist(name) for name in request.data if name not in files}
    for name in files:
        for file in files.getlist(name):
            digest = sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            yield [name, file.name, digest.hexdigest()]


@contextmanager
def locked(user_id: object, key: str, *, in_one_transaction: bool) -> Iterator[None]:
    """Holds the key. Without a transaction the lock belongs to the connection, and goes when that does.

    Raises:
        StillRunning: somebody else holds it.
    """
    number = int.from_bytes(sha256(f"{user_id} {key}".encode()).digest()[:8], signed=True)
    if in_one_transaction:
        with transaction.atomic():
            take("pg_try_advisory_xact_lock", number)
            yield
        return
    take("pg_try_advisory_lock", number)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def take(function: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])
        if not cursor.fetchone()[0]:
            raise StillRunning(_("The same request is being answered just now. Please ask again in a moment."))


def replay(kept: KeptAnswer, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise OtherRequest(_("With this Idempotency-Key something else was asked before. Please use a new one for each thing you ask."))
    return HttpResponse(kept.body, status=kept.status, headers={**kept.headers, "Idempotent-Replayed": "true"})


def keep(response: Response, *, user_id: object, key: str, fingerprint: str) -> None:
    body = "" if response.data is None else JSONRenderer().render(response.data).decode()
    told = {**response.headers, "Content-Type": response.content_type or JSONRenderer.media_type}
    KeptAnswer.objects.update_or_create(
        user_id=user_id,
        key=key,
        defaults={
            "fingerprint": fingerprint,
            "status": response.status_code,
            "headers": {name: told[name] for name in KEPT_HEADERS if name in told},
            "body": body,
            "created_at": timezone.now(),
        },
    )


def forget_old() -> int:
    """Deletes what was kept longer than KEPT_FOR; how many these were."""
    return KeptAnswer.objects.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()[0]
