"""The mail server is away, or wants nothing to do with an address."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from tests.cast import PASSWORD

NEW = "a kettle full of bolts"


@pytest.fixture(autouse=True)
def no_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.mark.parametrize(
    ("url_name", "fields"),
    [
        ("account_request_login_code", {"email": "carla@example.org"}),
        ("account_reset_password", {"email": "carla@example.org"}),
        ("account_signup", {"email": "new@example.org", "full_name": "New", "password1": NEW}),
        ("account_signup", {"email": "carla@example.org", "full_name": "New", "password1": NEW}),
    ],
)
def test_a_mail_that_somebody_waits_for_is_missed_in_words(client: Client, carla: User, url_name: str, fields: dict) -> None:
    answer = client.post(reverse(url_name), fields)
    assert answer.status_code == 503
    assert "could not be sent" in answer.content.decode()


def test_what_was_done_is_done_without_the_mail_about_it(client: Client, carla: User) -> None:
    client.post(reverse("account_login"), {"login": carla.email, "password": PASSWORD})
    answer = client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    carla.refresh_from_db()
    assert carla.check_password(NEW)
