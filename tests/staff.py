"""How staff come in: by password and second factor, as they really do."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.test import Client
from django.urls import reverse

from accounts_app.models import User
from tests.cast import PASSWORD


def second_factor(user: User) -> str:
    """The secret of the person's second factor, set up when there is none."""
    known = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if known:
        return decrypt(known.data["secret"])
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def staff_in(client: Client, user: User, password: str = PASSWORD) -> Client:
    """Signs the person in with both factors."""
    secret = second_factor(user)
    client.post(reverse("account_login"), {"login": user.email, "password": password})
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert answer.status_code == 302, "the second factor was not taken"
    return client
