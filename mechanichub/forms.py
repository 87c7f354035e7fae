"""The form that every form here starts from. Whatever is sent, the answer is a field error, never a fault.

    class ConcernForm(Form):
        city = forms.CharField(max_length=80)                   # one line
        concern = forms.CharField(widget=forms.Textarea)        # several lines

Text arrives tidied (mechanichub/text.py), has an upper length, holds no control characters; whole numbers fit into a database column.
Passwords are left exactly as typed, up to a length.
"""

import re
from typing import Any

from django import forms
from django.core.validators import (
    EmailValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mechanichub.text import LINE_LENGTH, TEXT_LENGTH, refuse_control_characters, tidy_line, tidy_text

LONGEST_PASSWORD = 1000  # characters
LARGEST_INTEGER = 2**31 - 1  # of PostgreSQL's integer


class CleanInput:
    """The mixin; for forms that must derive from somebody else's form as well, put it first."""

    fields: dict[str, forms.Field]
    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            guard(field)
        if self.is_bound:
            self.tidy_data()

    def tidy_data(self) -> None:
        """Tidies what was sent rather than what was cleaned, so that a form shown again shows the tidied text."""
        self.data = self.data.copy()
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            if is_text(field) and isinstance(self.data.get(key), str):
                self.data[key] = tidy_text(self.data[key]) if is_multiline(field) else tidy_line(self.data[key])


class Form(CleanInput, forms.Form):
    """A form on its own."""


class ModelForm(CleanInput, forms.ModelForm):
    """A form of one row."""


class WordsField(forms.CharField):
    """Several words or phrases with commas or line breaks between them; a list without repeats, in the order typed.

    Args:
        most: how many there may be.
        word_length: characters in each.
    """

    separator = ", "

    def __init__(self, *, most: int = 20, word_length: int = 40, **kwargs: Any) -> None:
        super().__init__(max_length=most * (word_length + 2), **kwargs)
        self.most, self.word_length = most, word_length

    def prepare_value(self, value: Any) -> Any:
        return self.separator.join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        words = map(tidy_line, re.split(f"[\n{self.separator.strip()}]", super().to_python(value)))
        return list(dict.fromkeys(filter(None, words)))

    def run_validators(self, value: list[str]) -> None:
        super().run_validators(self.separator.join(value))
        if len(value) > self.most:
            raise forms.ValidationError(
                ngettext_lazy("At most %(most)d, please.", "At most %(most)d, please.", self.most), params={"most": self.most}
            )
        if any(len(word) > self.word_length for word in value):
            raise forms.ValidationError(_("Each at most %(length)d characters, please."), params={"length": self.word_length})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LinesField(WordsField):
    """Several phrases, each on a line of its own; they may hold commas."""

    separator = "\n"
    widget = forms.Textarea


def guard(field: forms.Field) -> None:
    """Gives a field the limits that its author did not."""
    if isinstance(field, forms.EmailField):
        field.validators.append(refuse_address_without_host)
    if is_text(field):
        guard_text(field)
    elif isinstance(field.widget, forms.PasswordInput):
        field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
    elif isinstance(field, forms.IntegerField):
        field.validators += [MinValueValidator(-LARGEST_INTEGER), MaxValueValidator(LARGEST_INTEGER)]
    elif isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
        # Django's own sentence repeats what was sent, however long and strange.
        field.error_messages["invalid_choice"] = _("Choose one of the options.")


def guard_text(field: forms.CharField) -> None:
    field.validators = [validator for validator in field.validators if not isinstance(validator, ProhibitNullCharactersValidator)]
    field.validators.append(refuse_control_characters)
    if field.max_length is None:
        field.max_length = TEXT_LENGTH if is_multiline(field) else LINE_LENGTH
        field.validators.append(MaxLengthValidator(field.max_length))
        field.widget.attrs.setdefault("maxlength", str(field.max_length))


def refuse_address_without_host(address: str) -> None:
    """A validator: behind the @ stands something that a mail server could be asked for (RFC 5890); Django's own is content with less.

    Raises:
        ValidationError: it has no form in ASCII.
    """
    try:
        punycode(address.rpartition("@")[2])
    except UnicodeError:
        raise forms.ValidationError(EmailValidator.message, code="invalid")


def is_text(field: forms.Field) -> bool:
    return (
        isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField) and not isinstance(field.widget, forms.PasswordInput)
    )


def is_multiline(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.Textarea)
