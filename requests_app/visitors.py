"""From a visitor with a problem to a customer with an account, by a code sent to the address that was typed."""

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from accounts_app.models import User
from mechanichub.errors import Unavailable


def send_code(request: HttpRequest, email: str) -> None:
    """Sends a sign-in code and leaves allauth waiting for it. Looks the same whether or not the address was known.

    Raises:
        ValidationError: too many codes were asked for, or the mail could not be sent.
    """
    if not ratelimit.consume(request, action="request_login_code", key=email.lower()):
        raise ValidationError(_("Too many codes were sent. Please wait a minute; what you typed is kept."))
    try:
        LoginCodeVerificationProcess.initiate(request=request, user=account_for(email), email=email)
    except Unavailable:
        raise ValidationError(_("The e-mail with your code could not be sent. Please try again in a moment; what you typed is kept."))


@transaction.atomic
def account_for(email: str) -> User | None:
    """The account of this address, made without a password when there is none; None when it is closed."""
    user, _made = User.objects.get_or_create(email__iexact=email, defaults={"email": email, "password": make_password(None)})
    EmailAddress.objects.get_or_create(
        user=user, email__iexact=email, defaults={"email": email.lower(), "primary": not user.emailaddress_set.exists()}
    )
    return user if user.is_active else None


def introduce(user: User, *, name: str, phone: PhoneNumber) -> None:
    """Takes over name and phone from a form into an account that has none yet."""
    new = {field: value for field, value in {"full_name": name, "phone": phone}.items() if not getattr(user, field)}
    for field, value in new.items():
        setattr(user, field, value)
    if new:
        user.save(update_fields=list(new))
