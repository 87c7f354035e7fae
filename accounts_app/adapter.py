"""Where allauth asks this product what to do."""

import logging
import time
from base64 import urlsafe_b64encode
from contextlib import suppress
from hashlib import sha256
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts_app.forms import SignupForm
from accounts_app.models import User
from accounts_app.second_factor import lacks_second_factor
from mechanichub.errors import Unavailable

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, sign-in, sign-out."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("This is your address already."),
        "email_password_mismatch": _("This address and this password do not belong together."),
        "email_taken": _("Another account has this address."),
        "enter_current_password": _("This is not your password now."),
        "incorrect_code": _("This is not the code that we sent."),
        "incorrect_password": _("This is not your password."),
        "rate_limited": _("That was too often. Please wait a moment."),
        "same_as_current": _("This is what it is already."),
        "too_many_login_attempts": _("That was too often. Please wait five minutes, or choose a new password."),
        "unknown_email": _("No account has this address."),
    }

    def save_user(self, request: HttpRequest, user: User, form: SignupForm, commit: bool = True) -> User:
        user.full_name = form.cleaned_data["full_name"]
        user.timezone = form.cleaned_data["timezone"]
        return super().save_user(request, user, form, commit)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where a person begins; an address in `next` comes first, when it is one of ours."""
        if lacks_second_factor(request.user):
            return reverse("mfa_activate_totp")
        return start_page(request.user)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def ajax_response(self, request: HttpRequest, response: HttpResponse, **kwargs: Any) -> HttpResponse:
        """Pages are pages, whoever asks; allauth would wrap them into JSON of its own."""
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a moment ago need not show it again; allauth would ask right after the sign-in."""
        return super().is_reauthentication_required(app=app, **kwargs) and not signed_in_just_now(self.request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends what somebody waits for, such as a code.

        Raises:
            Unavailable: the mail server does not answer, or wants nothing to do with the address.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as refusal:  # smtplib's errors are OSErrors too
            logger.warning("no mail to %r: %s", email, refusal)
            raise Unavailable(_("The e-mail could not be sent. Please look at the address, or try again in a moment.")) from refusal

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Gives the mail its addressee's name: whoever resets a password is not signed in yet. What was done stays done without it."""
        with suppress(Unavailable):
            super().send_notification_mail(template_prefix, user, {"user": user} | (context or {}), email)


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted with the installation's key, so that a copy of the database alone opens nothing."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code that your app shows now."),
        "unverified_email": _("Please confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()


def start_page(user: User) -> str:
    """The address where a signed-in person begins."""
    if user.is_mechanic:
        return reverse("mechanic-incoming")
    return reverse("admin:index" if user.is_staff else "my")


def signed_in_just_now(request: HttpRequest) -> bool:
    signed_in = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(signed_in) and time.time() - max(signed_in) < app_settings.REAUTHENTICATION_TIMEOUT


def cipher() -> MultiFernet:
    """Encrypts with SECRET_KEY, decrypts with that or with one of SECRET_KEY_FALLBACKS."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(f"second factor {key}".encode()).digest())) for key in keys])
