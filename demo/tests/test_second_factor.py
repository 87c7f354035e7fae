"""`manage.py second_factor`: the code of a demo person, and of nobody elsewhere."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def secured(sam) -> TOTP:
    return TOTP.activate(sam, generate_totp_secret())


def test_the_code_is_one_that_the_sign_in_takes(secured, capsys):
    call_command("second_factor", "SAM@example.org")
    assert secured.validate_code(capsys.readouterr().out.strip())


def test_without_a_second_factor_there_is_no_code(sam):
    assert not Authenticator.objects.exists()
    with pytest.raises(CommandError, match="no second factor"):
        call_command("second_factor", "sam@example.org")


def test_where_this_is_not_a_demonstration_no_code_is_told(secured, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("second_factor", "sam@example.org")
