"""A person's own pages: profile, application, work settings."""

import pytest
from django.urls import reverse

from accounts_app.models import AlertSettings, Mechanic
from tests.cast import fresh

PROFILE = {"full_name": "Carla Gomez", "phone": "+1 415 555 0199", "timezone": "America/Los_Angeles"}
APPLICATION = {
    "display_name": "Petra",
    "years": "7",
    "bio": "Trained at the works.",
    "brands": ["bmw", "skoda"],
    "keywords": "hybrid, brakes,hybrid",
    "certifications": "ASE A1",
    "languages": ["en", "de"],
    "country": "US",
    "city": "Oakland",
    "postal_code": "94601",
}
HOSTILE = [
    "\x00",
    "a\x00b",
    "x" * 1_000_000,
    "<script>alert(1)</script>",
    "\u202eabc",
    "\ufeff",
    "99999999999999999999",
    "-1",
    "[]",
    "💥" * 5000,
]


def test_a_profile_is_saved(client, carla):
    client.force_login(carla)
    assert client.post(reverse("profile"), PROFILE)["Location"] == reverse("profile")
    carla.refresh_from_db()
    assert (carla.full_name, carla.phone.as_e164, carla.timezone) == ("Carla Gomez", "+14155550199", "America/Los_Angeles")


@pytest.mark.parametrize("url_name", ["profile", "mechanic-settings"])
def test_a_visitor_signs_in_first(client, db, url_name):
    assert client.get(reverse(url_name))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("field", PROFILE)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_profile_is_a_field_error_or_harmless(client, carla, field, value):
    client.force_login(carla)
    answer = client.post(reverse("profile"), PROFILE | {field: value})
    assert answer.status_code in (302, 422)
    assert client.get(reverse("profile")).status_code == 200


def test_a_visitor_reads_what_the_work_is_about(client, db):
    page = client.get(reverse("mechanic-apply")).content.decode()
    assert f"{reverse('account_signup')}?next={reverse('mechanic-apply')}" in page


def test_applying(client, carla):
    client.force_login(carla)
    assert client.post(reverse("mechanic-apply"), APPLICATION)["Location"] == reverse("mechanic-incoming")
    mechanic = fresh(carla).mechanic
    assert (mechanic.standing, mechanic.brands, mechanic.keywords) == ("applied", ["bmw", "skoda"], ["hybrid", "brakes"])
    assert not mechanic.may_hold
    assert mechanic.alerts.sound


def test_applying_twice_changes_nothing(client, carla, oscar):
    client.force_login(carla)
    client.post(reverse("mechanic-apply"), APPLICATION)
    client.post(reverse("mechanic-apply"), APPLICATION | {"display_name": "Somebody else"})
    assert fresh(carla).mechanic.display_name == "Petra"


def test_nobody_approves_themselves(client, carla):
    client.force_login(carla)
    client.post(reverse("mechanic-apply"), APPLICATION | {"standing": "approved", "on_duty": "on", "may_hold": "true"})
    mechanic = fresh(carla).mechanic
    assert (mechanic.standing, mechanic.on_duty) == ("applied", False)


@pytest.mark.parametrize("field", APPLICATION)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_application_is_a_field_error_or_harmless(client, carla, field, value):
    client.force_login(carla)
    answer = client.post(reverse("mechanic-apply"), APPLICATION | {field: value})
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        assert field in answer.context["form"].errors
        assert not Mechanic.objects.exists()


def test_staff_do_not_apply(client, sam):
    sam.is_staff = True
    client.force_login(sam)
    assert client.post(reverse("mechanic-apply"), APPLICATION).status_code == 403


SETTINGS = APPLICATION | {"sound": "on", "email": "on", "quiet_from": "22:00", "quiet_until": "06:30"}


def test_work_settings_are_saved(client, max):
    client.force_login(max)
    assert client.post(reverse("mechanic-settings"), SETTINGS)["Location"] == reverse("mechanic-settings")
    mechanic = Mechanic.objects.get(pk=max.pk)
    assert (mechanic.standing, mechanic.display_name, mechanic.alerts.browser) == ("approved", "Petra", False)
    assert str(mechanic.alerts.quiet_from) == "22:00:00"
    page = client.get(reverse("mechanic-settings")).content.decode()
    assert 'value="22:00"' in page and 'value="hybrid, brakes"' in page


@pytest.mark.parametrize("hours", [{"quiet_from": ""}, {"quiet_until": ""}, {"quiet_from": "25:00"}, {"quiet_until": "\x00"}])
def test_quiet_hours_have_both_ends(client, max, hours):
    client.force_login(max)
    answer = client.post(reverse("mechanic-settings"), SETTINGS | hours)
    assert answer.status_code == 422
    assert answer.context["alert_form"].errors
    assert not AlertSettings.objects.filter(quiet_from__isnull=False).exists()


def test_an_applicant_completes_the_profile_and_a_customer_has_none(client, oscar, carla):
    client.force_login(oscar)
    assert client.get(reverse("mechanic-settings")).status_code == 200
    client.force_login(carla)
    assert client.get(reverse("mechanic-settings")).status_code == 403


@pytest.mark.parametrize(
    ("url_name", "fields"),
    [
        ("account_login", ["login", "password"]),
        ("account_signup", ["full_name", "email", "password1"]),
        ("account_request_login_code", ["email"]),
        ("account_reset_password", ["email"]),
    ],
)
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_sign_in_forms(client, db, url_name, fields, value):
    answer = client.post(reverse(url_name), dict.fromkeys(fields, value[:300_000]))
    assert answer.status_code == 200
    assert answer.context["form"].errors
