"""Tokens: made on the account's page, shown once, kept as a hash, and ended in many ways."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts_app.models import User
from api_app import tokens
from api_app.models import Token
from api_app.tests.calls import get, post, program
from lifecycle import people
from sessions_app.tests.browsing import browser
from tests import cast
from tests.staff import staff_in

pytestmark = pytest.mark.django_db

WANTED = {"name": "My van", "scopes": ["read", "write"], "lasts": "90"}


def signed_in(user: User) -> Client:
    """By password, just now: allauth then asks for nothing more."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": cast.PASSWORD})
    return client


def made_on_the_page(client: Client, **wanted) -> str:
    answer = client.post(reverse("token-new"), WANTED | wanted)
    assert answer.status_code == 201, answer.content
    return re.search(r'value="(mh_[\w-]{43})"', answer.content.decode())[1]


def test_carla_makes_a_token_sees_it_once_and_a_program_uses_it(carla):
    page = signed_in(carla)
    text = made_on_the_page(page)
    row = Token.objects.get()
    assert text not in str(row.__dict__) and row.digest == tokens.digest(text) and row.last_used_at is None
    assert text not in page.get(reverse("tokens")).content.decode()
    assert row.prefix in page.get(reverse("tokens")).content.decode()
    assert get(Client(), "/sessions/", Authorization=f"Bearer {text}").status_code == 200
    row.refresh_from_db()
    assert row.last_used_at


def test_to_make_one_carla_proves_that_it_is_she(carla):
    assert browser(carla).get(reverse("token-new"))["Location"].startswith("/accounts/reauthenticate/")
    assert browser(carla).post(reverse("token-new"), WANTED).status_code == 302 and not Token.objects.exists()


def test_a_use_is_noted_once_in_ten_minutes_and_not_at_each_call(carla, django_assert_num_queries):
    client = program(carla)
    get(client, "/sessions/")
    noted = Token.objects.get().last_used_at
    get(client, "/sessions/")
    assert Token.objects.get().last_used_at == noted
    Token.objects.update(last_used_at=noted - timedelta(minutes=11))
    get(client, "/sessions/")
    assert Token.objects.get().last_used_at >= noted


def test_a_token_that_only_reads_changes_nothing(carla, max):
    session = cast.pending(carla)
    reader, writer = program(max, "read"), program(max, "write")
    assert get(reader, "/requests/").status_code == 200 and get(writer, "/requests/").status_code == 403
    refused = post(reader, f"/sessions/{session.pk}/accept/")
    assert refused.status_code == 403 and "write" in refused.json()["detail"]
    assert post(writer, f"/sessions/{session.pk}/accept/").status_code == 200


@pytest.mark.parametrize("end", ["revoked", "expired", "another password", "closed account", "nonsense", "cut"])
def test_what_has_ended_opens_nothing(carla, end):
    token, text = tokens.make(carla, name="van", scopes=["read"])
    assert get(Client(), "/sessions/", Authorization=f"Bearer {text}").status_code == 200
    if end == "revoked":
        browser(carla).post(reverse("token-revoke", args=[token.pk]))
    if end == "expired":
        Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    if end == "another password":
        carla.set_password("another one 17")
        carla.save()
    if end == "closed account":
        User.objects.filter(pk=carla.pk).update(is_active=False)
    text = {"nonsense": "mh_\xff\x01", "cut": text[:-1]}.get(end, text)
    answer = get(Client(), "/sessions/", Authorization=f"Bearer {text}")
    assert answer.status_code == 401 and 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_suspended_mechanic_is_told_why_as_on_the_pages(max, sam):
    client = program(max)
    people.suspend(max.pk, by=sam, reason="Complaints.")
    answer = get(client, "/requests/")
    assert answer.status_code == 403 and answer.json()["detail"] == "Complaints."


def test_nobody_revokes_somebody_elses(carla, colin):
    token, text = tokens.make(carla, name="van", scopes=["read"])
    browser(colin).post(reverse("token-revoke", args=[token.pk]))
    assert tokens.find(text)


def test_sam_needs_a_second_factor_and_the_scope_for_it(sam, carla):
    session = cast.pending(carla)
    page = staff_in(Client(), sam)
    text = made_on_the_page(page, scopes=["read", "staff"])
    assert get(Client(), f"/sessions/{session.pk}/", Authorization=f"Bearer {text}").status_code == 200
    assert page.post(reverse("token-new"), WANTED).status_code == 422, "without the scope it is no use"
    assert get(program(sam, "read"), "/sessions/").status_code == 403
    sam.authenticator_set.all().delete()
    assert get(Client(), f"/sessions/{session.pk}/", Authorization=f"Bearer {text}").status_code == 403


def test_carla_cannot_make_one_for_the_support_team(carla):
    assert signed_in(carla).post(reverse("token-new"), WANTED | {"scopes": ["staff"]}).status_code == 422


def test_nobody_has_more_than_twenty(carla):
    for number in range(tokens.MOST):
        tokens.make(carla, name=str(number), scopes=["read"])
    assert signed_in(carla).post(reverse("token-new"), WANTED).status_code == 409
    Token.objects.filter(name="0").update(revoked_at=timezone.now())
    made_on_the_page(signed_in(carla))
