"""What may be sent. The rules are those of the forms on the pages; here stands only of which type each part is in JSON.

    class DeclineBody(Body):
        form = DeclineForm                 # judges, and its fields are the body's
        usual = Choice(DeclineForm.USUAL, required=False)

Nothing is guessed: a number is no text, "true" is no true, and a name that is not known is refused, because a misspelled one would
otherwise be overheard.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from mechanichub.forms import LARGEST_INTEGER, is_multiline
from mechanichub.text import LINE_LENGTH, TEXT_LENGTH


class StrictJSON(JSONParser):
    """JSON that is nested thousands deep would end Python's stack."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise ParseError("nested too deeply")


class Text(serializers.CharField):
    """A string. How long it may be is the form's business; it is said here for the description."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_blank": True, "trim_whitespace": False, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        return data if isinstance(data, str) else self.fail("invalid")


class Whole(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        return data if isinstance(data, int) and not isinstance(data, bool) else self.fail("invalid")


class Amount(serializers.DecimalField):
    """A number with decimals as a string, "80.00", as it is answered, too: JSON's own numbers have no tenths."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data) if isinstance(data, str) else self.fail("invalid")


class YesNo(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        return data if isinstance(data, bool) else self.fail("invalid", input="")


class Choice(serializers.ChoiceField):
    default_error_messages = {"invalid_choice": _("Choose one of the options.")}

    def to_internal_value(self, data: Any) -> Any:
        known = data in self.choices if isinstance(data, (str, int)) and not isinstance(data, bool) else False
        if known or (data == "" and self.allow_blank):
            return data
        return self.fail("invalid_choice")


@extend_schema_field({"type": "string", "format": "email"})
class Email(Text):
    pass


class Body(serializers.Serializer):
    """A JSON object with known names.

    `form`: the form that judges it, if any; its fields are the body's, but for those in `without`. `may_lack`: what need not be sent,
    though the form would say that it asks for it.
    """

    form: type[forms.BaseForm] | None = None
    without: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()

    def get_fields(self) -> dict[str, serializers.Field]:
        of_form = self.form.base_fields if self.form else {}
        shaped = {name: typed(field, name in self.may_lack) for name, field in of_form.items() if name not in self.without}
        return shaped | super().get_fields()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError({str(name)[:100]: [_("There is no field of this name.")] for name in unknown})
        return super().to_internal_value(data)


def typed(field: forms.Field, may_lack: bool = False) -> serializers.Field:
    """The JSON of a form's field."""
    needed = field.required and not may_lack
    said = {"required": needed, "allow_null": not needed, "label": field.label, "help_text": field.help_text or field.label}
    if isinstance(field, forms.MultipleChoiceField):
        return serializers.ListField(child=Choice(choices_of(field)), max_length=len(choices_of(field)), **said)
    if isinstance(field, forms.ModelChoiceField):
        return reference(field, said)
    if isinstance(field, forms.ChoiceField):
        return Choice(choices_of(field), allow_blank=not needed, **said) if choices_of(field) else Text(max_length=LINE_LENGTH, **said)
    if isinstance(field, forms.BooleanField):
        return YesNo(**said)
    if isinstance(field, forms.DecimalField):
        return Amount(field.max_digits, field.decimal_places, min_value=field.min_value, **said)
    if isinstance(field, forms.IntegerField):
        return Whole(min_value=-LARGEST_INTEGER if field.min_value is None else field.min_value, max_value=LARGEST_INTEGER, **said)
    if isinstance(field, forms.UUIDField):
        return serializers.UUIDField(**said)
    if isinstance(field, forms.DateField):
        return serializers.DateField(**said)
    if isinstance(field, forms.EmailField):
        return Email(max_length=field.max_length, **said)
    longest = getattr(field, "max_length", None) or (TEXT_LENGTH if is_multiline(field) else LINE_LENGTH)
    return Text(max_length=longest, **said)


def reference(field: forms.ModelChoiceField, said: dict[str, Any]) -> serializers.Field:
    """The key of a row, which is a UUID or a word."""
    key = field.queryset.model._meta.pk
    is_uuid = getattr(key, "target_field", key).get_internal_type() == "UUIDField"
    return serializers.UUIDField(**said) if is_uuid else Text(max_length=50, **said)


def choices_of(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    return [(value, label) for value, label in field.choices if value != ""]


def as_typed(values: dict[str, Any]) -> dict[str, Any]:
    """What a form is bound to: null is the same as left out."""
    return {name: value if isinstance(value, (str, bool, int, list)) else str(value) for name, value in values.items() if value is not None}


def errors_of(form: forms.BaseForm) -> dict[str, list[str]]:
    return {"" if name == "__all__" else name: [str(word) for word in words] for name, words in form.errors.items()}
