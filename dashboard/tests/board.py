"""Reading the dashboard as a browser would."""

import re
from html import unescape

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client

from accounts_app.models import User
from sessions_app.models import Session

HTMX = {"HTTP_HX_REQUEST": "true"}

CARD = re.compile(r'<article class="card request[^"]*" id="(?:request|session)-([0-9a-f-]{36})".*?</article>', re.DOTALL)


def signed_in(user: User) -> Client:
    """The person's browser; staff have the second factor that they need."""
    client = Client()
    if user.is_staff:
        Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client.force_login(user)
    return client


def text_of(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def cards(response: HttpResponse) -> dict[str, str]:
    """The cards on a page by session id, in order."""
    assert response.status_code == 200, response.content[:300]
    return {match[1]: match[0] for match in CARD.finditer(text_of(response))}


def ids(*sessions: Session) -> list[str]:
    return [str(session.pk) for session in sessions]


def words(html: str) -> str:
    """What somebody reads: without tags, and without what is hidden."""
    visible = re.sub(r"<(\w+)[^>]* hidden>.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", visible).split())


def counts(response: HttpResponse) -> list[str]:
    """The numbers on the four tabs."""
    return re.findall(r'class="tabs-count[^"]*"[^>]*>([^<]+)<', text_of(response))


def link(response: HttpResponse, label: str) -> str | None:
    """Where the link with this label leads."""
    for found in re.finditer(r"<a ([^>]*)>((?:(?!</a>).)*)</a>", response.content.decode(), re.DOTALL):
        if words(found[2]) == label:
            return unescape(re.search(r'href="([^"]*)"', found[1])[1])
    return None
