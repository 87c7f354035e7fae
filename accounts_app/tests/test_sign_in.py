"""Signing in and out."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from tests.cast import PASSWORD


def sign_in(client, user, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": user.email, "password": password} | more)


def test_by_password(client, carla):
    assert sign_in(client, carla)["Location"] == reverse("my")
    assert client.session["_auth_user_id"] == str(carla.pk)


def test_whatever_the_case_of_the_address(client, carla):
    carla.email = carla.email.upper()
    assert sign_in(client, carla).status_code == 302


def test_not_with_a_wrong_password(client, carla):
    answer = sign_in(client, carla, "wrong")
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_by_a_mailed_code(client, carla):
    client.post(reverse("account_request_login_code"), {"email": carla.email})
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[0].body)[0]
    assert code in mail.outbox[0].subject
    answer = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer["Location"] == reverse("my")
    assert client.session["_auth_user_id"] == str(carla.pk)


def test_a_code_for_an_unknown_address_looks_the_same(client, db):
    answer = client.post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    assert answer["Location"] == reverse("account_confirm_login_code")
    assert "no account has this address" in mail.outbox[0].body


def test_a_mechanic_begins_at_the_dashboard(client, max):
    assert sign_in(client, max)["Location"] == reverse("mechanic-incoming")


def test_the_front_page_sends_everybody_to_their_own(client, carla, max):
    for user, start in ((carla, "my"), (max, "mechanic-incoming")):
        client.force_login(user)
        assert client.get(reverse("home"))["Location"] == reverse(start)


def test_next_is_respected(client, carla):
    assert sign_in(client, carla, next=reverse("profile"))["Location"] == reverse("profile")


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_but_not_to_somebody_elses_site(client, carla, address):
    assert sign_in(client, carla, next=address)["Location"] == reverse("my")


def test_a_closed_account_stays_out(client, carla):
    carla.is_active = False
    carla.save()
    assert sign_in(client, carla).status_code == 200 or "_auth_user_id" not in client.session
    assert "_auth_user_id" not in client.session


def test_a_person_comes_with_their_working_side(client, max, django_assert_num_queries):
    client.force_login(max)
    with django_assert_num_queries(3):  # the session, the person, whether a workshop is theirs; nothing for the working side
        client.get(reverse("profile"))


def test_a_new_password_by_a_mailed_code(client, carla):
    client.post(reverse("account_reset_password"), {"email": carla.email})
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[0].body)[0]
    client.post(reverse("account_confirm_password_reset_code"), {"code": code})
    client.post(reverse("account_complete_password_reset"), {"password1": "quite another one", "password2": "quite another one"})
    carla.refresh_from_db()
    assert carla.check_password("quite another one")
    assert mail.outbox[-1].body.startswith("Hello Carla,")


def test_signing_out(client, carla):
    client.force_login(carla)
    assert client.post(reverse("account_logout"))["Location"] == reverse("home")
    assert "_auth_user_id" not in client.session
