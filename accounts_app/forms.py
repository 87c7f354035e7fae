"""What people tell us about themselves. The forms for signing in are allauth's in our words, listed in settings."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts_app.languages import SPOKEN
from accounts_app.models import AlertSettings, Brand, Mechanic, User
from mechanichub.forms import CleanInput, ModelForm, WordsField

LONGEST_CAREER = 70  # years
SWITCH = {"class": "switch", "role": "switch"}


EMAIL = _("E-mail")
LABELS = {
    "email": EMAIL,
    "login": EMAIL,
    "oldpassword": _("Password now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}
# A code is read off another screen and typed letter by letter.
CODE = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}


class InOurWords(CleanInput):
    """Our labels, and no placeholders: they vanish while one types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
        if "password1" in self.fields:
            self.fields["password1"].help_text = _("At least 8 characters, and not one that everybody uses.")
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= CODE


class LoginForm(InOurWords, account_forms.LoginForm):
    pass


class RequestLoginCodeForm(InOurWords, account_forms.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(InOurWords, account_forms.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(InOurWords, account_forms.ConfirmEmailVerificationCodeForm):
    pass


class ChangeEmailForm(InOurWords, account_forms.ChangeEmailForm):
    pass


class AddEmailForm(InOurWords, account_forms.AddEmailForm):
    pass


class ResetPasswordForm(InOurWords, account_forms.ResetPasswordForm):
    pass


class ConfirmPasswordResetCodeForm(InOurWords, account_forms.ConfirmPasswordResetCodeForm):
    pass


class ResetPasswordKeyForm(InOurWords, account_forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(InOurWords, account_forms.ChangePasswordForm):
    pass


class SetPasswordForm(InOurWords, account_forms.SetPasswordForm):
    pass


class ReauthenticateForm(InOurWords, account_forms.ReauthenticateForm):
    pass


class AuthenticateForm(InOurWords, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(InOurWords, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(InOurWords, totp_forms.ActivateTOTPForm):
    pass


class SignupForm(InOurWords, account_forms.SignupForm):
    """A new account. The browser tells its time zone in a hidden field; one that we do not know is none."""

    full_name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    timezone = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput(attrs={"data-timezone": ""}))
    field_order = ["full_name", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")

    def clean_timezone(self) -> str:
        name = self.cleaned_data["timezone"]
        return name if name in available_timezones() else ""


def timezone_choices() -> list[tuple[str, Any]]:
    """Every time zone by continent, as an <optgroup> each."""
    continents: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, _slash, city = name.partition("/")
        if city and continent not in ("Etc", "SystemV", "posix", "right"):
            continents.setdefault(continent, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return [("", _("UTC")), *continents.items()]


class ProfileForm(ModelForm):
    """Name, phone, time zone and language. With one language there is nothing to choose, so it is not asked."""

    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=lazy(timezone_choices, list)(), required=False, help_text=_("Times on every page and in mails.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["full_name", "phone", "timezone", "language"]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts = {"phone": _("With country code, such as +1 415 555 0101. Only the mechanic of your session sees it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"].required = True
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]


class MechanicForm(ModelForm):
    """A mechanic's working side: the application, and later the profile."""

    brands = forms.MultipleChoiceField(
        label=_("Makes you know best"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Customers can ask for a specialist. General requests reach you in any case."),
    )
    languages = forms.MultipleChoiceField(label=_("Languages you speak"), choices=SPOKEN.items(), widget=forms.CheckboxSelectMultiple)
    keywords = WordsField(
        label=_("What you are good at"),
        required=False,
        word_length=40,
        help_text=_("Up to 20, with commas: hybrid, transmission, air conditioning."),
    )
    certifications = WordsField(
        label=_("Certificates"), required=False, most=10, word_length=80, help_text=_("Up to 10, with commas: ASE A1, ASE A6.")
    )
    country = forms.ChoiceField(label=_("Country"), choices=[("", "")] + list(countries))

    class Meta:
        model = Mechanic
        fields = ["display_name", "years", "bio", "brands", "keywords", "certifications", "languages", "country", "city", "postal_code"]
        widgets = {
            "bio": forms.Textarea(attrs={"rows": 5}),
            "years": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "postal-code"}),
        }
        help_texts = {
            "display_name": _("What customers call you."),
            "bio": _("Where you learned, what you like to work on. Customers read this while they wait."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brands"].choices = Brand.objects.choices(besides=self.instance.brands)
        self.fields["city"].required = True
        self.fields["years"].validators.append(forms.fields.validators.MaxValueValidator(LONGEST_CAREER))


class AlertForm(ModelForm):
    """How a mechanic hears of new work."""

    class Meta:
        model = AlertSettings
        fields = ["sound", "browser", "email", "quiet_from", "quiet_until"]
        labels = {"sound": _("Sound"), "browser": _("Browser notification"), "email": _("E-mail")}
        help_texts = {
            "sound": _("A short chime on the dashboard when a request comes in."),
            "browser": _("Shown by your browser while the dashboard is open in another tab."),
            "email": _("When you are off duty and nobody else has taken a request."),
        }
        widgets = {
            "sound": forms.CheckboxInput(attrs=SWITCH),
            "browser": forms.CheckboxInput(attrs=SWITCH),
            "email": forms.CheckboxInput(attrs=SWITCH),
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
