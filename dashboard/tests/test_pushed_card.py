"""The card that is rendered once and pushed to everybody."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts_app.models import User
from dashboard.tests.board import CARD, cards, signed_in, text_of, words
from lifecycle import queue
from live import push
from requests_app import matching
from requests_app.models import SessionRequest
from sessions_app.models import Session
from tests import cast


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks) -> list[tuple[list[str], dict]]:
    """What goes out, as (groups, message)."""
    out: list[tuple[list[str], dict]] = []
    monkeypatch.setattr(push, "_after_commit", lambda groups, text: out.append((list(groups), json.loads(text))))
    return out


def html_of(pushed: list[tuple[list[str], dict]]) -> list[tuple[list[str], str]]:
    return [(groups, message["html"]) for groups, message in pushed if message["kind"] == "html" and message["name"] == "incoming"]


def row(session: Session) -> SessionRequest:
    return SessionRequest.objects.with_card().get(pk=session.pk)


def test_it_goes_to_those_who_may_take_it(carla: User, max: User, pushed: list) -> None:
    session = cast.pending(carla)
    [(groups, html)] = html_of(pushed)
    assert groups == matching.audience(row(session))
    assert f'id="request-{session.pk}"' in html


def test_it_is_the_card_of_the_page_without_what_depends_on_who_looks(carla: User, max: User, pushed: list) -> None:
    session = cast.pending(carla, follows_id=cast.completed(carla, max).pk)
    [(_groups, html)] = html_of(pushed)[-1:]
    assert "Accept" in words(html)
    assert "Follows an earlier session" in words(html)
    assert not [reason for reason in ("Your brand", "Near you", "with you") if reason in words(html)]
    on_the_page = cards(signed_in(max).get(reverse("mechanic-incoming")))[str(session.pk)]
    assert f'data-only="mechanic:{max.pk}"' in html
    assert without_viewer(html) == without_viewer(on_the_page)


def without_viewer(html: str) -> list[str]:
    """The words of a card, hidden ones too, without those that count the time."""
    return [word for word in words(CARD.search(html)[0].replace(" hidden>", ">")).split() if not word.isdigit() and word != "s"]


def test_it_holds_no_contact_data_and_no_token(carla: User, max: User, pushed: list) -> None:
    cast.pending(carla)
    [(_groups, html)] = html_of(pushed)
    assert not [secret for secret in ("carla@example.org", "4155550101", "7ABC123", "csrfmiddlewaretoken") if secret in html]


def test_html_in_the_concern_stays_text(carla: User, max: User, pushed: list) -> None:
    cast.pending(carla, name='<img src=x onerror="alert(1)">', concern="<script>alert(1)</script> it stalls")
    [(_groups, html)] = html_of(pushed)
    assert "<script" not in html
    assert "<img" not in html


def test_it_tells_no_time_of_day_because_nobody_knows_where_the_viewer_is(carla: User, max: User, pushed: list) -> None:
    with timezone.override("Asia/Kathmandu"), translation.override("en"):
        session = cast.pending(carla)
    [(_groups, html)] = html_of(pushed)
    assert timezone.localtime(session.queued_at, timezone.get_fixed_timezone(345)).strftime("%H:%M") not in words(html)
    assert session.queued_at.isoformat() in html


def test_declining_has_ones_own_pages_look_again(carla: User, max: User, pushed: list) -> None:
    session = cast.pending(carla)
    queue.decline(session.pk, by=max, reason="no")
    assert ([f"mechanic.{max.pk}"], {"kind": "changed", "name": "incoming"}) in pushed


def test_after_a_refused_window_the_page_of_who_declined_knows_to_leave_it_out(carla: User, max: User, pushed: list) -> None:
    session = cast.pending(carla, preferred_mechanic_id=max.pk)
    queue.decline(session.pk, by=max, reason="no")
    (groups, _html) = html_of(pushed)[-1]
    assert groups == ["queue.duty"]
    assert f'declined="{str(session.pk)[:8]}"' in text_of(signed_in(max).get(reverse("mechanic-active")))
