"""Making an account."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts_app.models import User

NEW = {"full_name": "Petra New", "email": "petra@example.org", "password1": "a long walk home"}


def sign_up(client, **changes):
    return client.post(reverse("account_signup"), NEW | changes)


def code_of(message) -> str:
    return re.search(r"[A-Z]{4}-[A-Z]{4}", message.body)[0]


def confirm(client):
    return client.post(reverse("account_email_verification_sent"), {"code": code_of(mail.outbox[0])})


def test_an_account_begins_with_a_code_by_mail(client, db):
    assert sign_up(client)["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    assert confirm(client)["Location"] == reverse("my")
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_the_name_and_the_time_zone_are_kept(client, db):
    sign_up(client, timezone="Europe/Berlin")
    user = User.objects.get()
    assert (user.full_name, user.timezone, user.email) == ("Petra New", "Europe/Berlin", "petra@example.org")


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "x" * 5000, "a\x00b"])
def test_a_time_zone_that_nobody_knows_is_none(client, db, zone):
    sign_up(client, timezone=zone)
    assert not User.objects.exclude(timezone="").exists()


def test_a_wrong_code_lets_nobody_in(client, db):
    sign_up(client)
    answer = client.post(reverse("account_email_verification_sent"), {"code": "AAAA-AAAA"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_after_a_wrong_address_one_can_start_again(client, db):
    sign_up(client, email="petra@exmaple.org")
    client.post(reverse("account_logout"))
    sign_up(client, email="petra@example.org")
    assert mail.outbox[-1].to == ["petra@example.org"]


def test_one_goes_on_where_one_was(client, db):
    client.post(reverse("account_signup"), NEW | {"next": reverse("mechanic-apply")})
    assert confirm(client)["Location"] == reverse("mechanic-apply")


def test_but_never_to_somebody_elses_site(client, db):
    client.post(reverse("account_signup"), NEW | {"next": "https://evil.example/"})
    assert confirm(client)["Location"] == reverse("my")


def test_an_address_that_is_taken_looks_the_same_and_tells_its_owner(client, carla):
    answer = sign_up(client, email=carla.email)
    assert answer["Location"] == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert "you have one already" in mail.outbox[0].body


def test_the_mail_to_an_address_that_nobody_confirmed_carries_no_name(client, db):
    sign_up(client, full_name="Buy gold at gold.example")
    assert "gold" not in mail.outbox[0].body + mail.outbox[0].subject


@pytest.mark.parametrize("name", ["", "   ", "\x00", "x" * 121, "x" * 1_000_000])
def test_a_name_that_is_none_is_a_field_error(client, db, name):
    answer = sign_up(client, full_name=name)
    assert answer.status_code == 200
    assert answer.context["form"].errors["full_name"]
    assert not User.objects.exists()


def test_a_name_with_markup_is_shown_as_text(client, db):
    sign_up(client, full_name="<b>Petra</b> \u202egolf")
    confirm(client)
    page = client.get(reverse("profile")).content.decode()
    assert "&lt;b&gt;Petra&lt;/b&gt; golf" in page
    assert "<b>Petra" not in page
