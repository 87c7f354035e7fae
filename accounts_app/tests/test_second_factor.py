"""Staff work with a second factor; everybody else may have one."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.urls import reverse

from tests.cast import PASSWORD


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_second_factor(user) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


@pytest.mark.parametrize("url_name", ["home", "intake-choose", "profile-of-others"])
def test_staff_without_one_are_sent_to_set_it_up(client, sam, url_name):
    client.force_login(sam)
    address = "/mechanic/settings/" if url_name == "profile-of-others" else reverse(url_name)
    assert client.get(address)["Location"] == reverse("mfa_activate_totp")


def test_what_they_send_is_refused(client, sam):
    client.force_login(sam)
    answer = client.post(reverse("mechanic-settings"))
    assert answer.status_code == 403
    assert reverse("mfa_activate_totp") in answer.content.decode()


def test_a_fragment_and_an_api_call_are_refused_in_their_own_way(client, sam):
    client.force_login(sam)
    assert client.get("/mechanic/settings/", headers={"HX-Request": "true"}).status_code == 403
    answer = client.get("/mechanic/settings/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


def test_staff_begin_where_it_is_set_up(client, sam):
    assert sign_in(client, sam)["Location"] == reverse("mfa_activate_totp")


def test_customers_and_mechanics_need_none(client, carla, max):
    for user in (carla, max):
        client.force_login(user)
        assert client.get(reverse("profile")).status_code == 200


def test_setting_it_up(client, transactional_db, sam):
    sign_in(client, sam)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("home"))["Location"] == reverse("admin:index")
    assert mail.outbox[-1].subject == "Your second factor is on"


def test_an_hour_later_it_takes_the_password_again(client, sam):
    sign_in(client, sam)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_the_secret_is_kept_encrypted(client, sam):
    secret = give_second_factor(sam)
    kept = Authenticator.objects.get(user=sam, type="totp").data["secret"]
    assert secret not in kept
    assert len(kept) > 80


def test_signing_in_takes_the_code(client, sam):
    secret = give_second_factor(sam)
    assert sign_in(client, sam)["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret)})["Location"] == reverse("admin:index")


def test_a_recovery_code_works_once(client, sam):
    sign_in(client, sam)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    recovery = re.search(r"<li>(\d{8})</li>", page)[1]
    client.post(reverse("account_logout"))
    for expected in (302, 200):
        client.logout()
        sign_in(client, sam)
        assert client.post(reverse("mfa_authenticate"), {"code": recovery}).status_code == expected


def test_a_mailed_code_does_not_go_round_it(client, sam):
    give_second_factor(sam)
    client.post(reverse("account_request_login_code"), {"email": sam.email})
    mailed = re.search(r"[A-Z]{4}-[A-Z]{4}", mail.outbox[0].body)[0]
    assert client.post(reverse("account_confirm_login_code"), {"code": mailed})["Location"] == reverse("mfa_authenticate")
