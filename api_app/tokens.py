"""Tokens: made once, shown once, kept as a hash, and dead when their person's password changes.

    mh_Zk3v9cQx...            `mh_` tells secret scanners whose it is; behind it 32 random bytes

A plain SHA-256 is enough: unlike a password, 256 random bits cannot be guessed (OWASP, Password Storage).
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts_app.models import User
from api_app.models import Token
from mechanichub.errors import NotPossible

START = "mh_"
SHOWN = 12  # characters that stay visible
MOST = 20  # living tokens of one person
NOTED_EVERY = timedelta(minutes=10)  # `last_used_at` is no more exact than this, so that reading is not writing


def make(user: User, *, name: str, scopes: Collection[str], expires_at: datetime | None = None) -> tuple[Token, str]:
    """The row, and the token itself, which cannot be had again.

    Raises:
        NotPossible: there are MOST already.
    """
    if living(user).count() >= MOST:
        raise NotPossible(_("You have %(most)d tokens. Please revoke one that you do not need any more.") % {"most": MOST})
    text = START + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        prefix=text[:SHOWN],
        digest=digest(text),
        scopes=sorted(scopes),
        password_mark=user.get_session_auth_hash(),
        expires_at=expires_at,
    )
    return token, text


def find(text: str) -> Token | None:
    """The living token with its person and their working side; None for any other text."""
    token = Token.objects.select_related("user__mechanic").filter(digest=digest(text)).first()
    if token is None or token.has_ended or not token.user.is_active:
        return None
    return token if constant_time_compare(token.password_mark, token.user.get_session_auth_hash()) else None


def living(user: User):
    """The tokens that were neither revoked nor have ended."""
    return user.tokens.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def note_use(token: Token) -> None:
    """Notes that the token was used, once in NOTED_EVERY."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke(user: User, pk: int) -> None:
    """From now on it opens nothing. One that is revoked already stays so."""
    user.tokens.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now())


def take_back(token_id: int, *, by: User, reason: str) -> Token:
    """Staff end somebody's token; who and why is in the console's log.

    Raises:
        Http404: there is none.
        NotPossible: it has ended already.
    """
    token = get_object_or_404(Token, pk=token_id)
    if not Token.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now()):
        raise NotPossible(_("This token has been revoked already."))
    return token


def digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
