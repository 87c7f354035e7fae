"""What the form base lets through, and what it refuses."""

import pytest
from django import forms
from django.http import QueryDict

from mechanichub.forms import Form, LinesField, WordsField
from mechanichub.text import refuse_control_characters, tidy_line, tidy_text


class Everything(Form):
    name = forms.CharField(max_length=40)
    notes = forms.CharField(widget=forms.Textarea, required=False)
    email = forms.EmailField(required=False)
    number = forms.IntegerField(required=False)
    choice = forms.ChoiceField(choices=[("a", "A")], required=False)
    password = forms.CharField(widget=forms.PasswordInput, required=False)
    words = WordsField(most=3, word_length=8, required=False)
    lines = LinesField(most=3, word_length=20, required=False)


def sent(**values: str) -> Everything:
    data = QueryDict(mutable=True)
    data.update({"name": "Carla"} | values)
    return Everything(data)


def test_a_line_is_tidied():
    form = sent(name="  Carla\r\n\t  Gomez ")
    assert form.is_valid() and form.cleaned_data["name"] == "Carla Gomez"


def test_a_text_keeps_its_lines():
    form = sent(notes="one\r\ntwo\rthree\n")
    assert form.is_valid() and form.cleaned_data["notes"] == "one\ntwo\nthree"


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200e", "\u200b", "\ufeff"])
def test_marks_that_nobody_sees_are_dropped(mark):
    assert tidy_line(f"evil{mark}exe") == "evilexe"


def test_joiners_stay():
    assert tidy_line("👩\u200d🔧") == "👩\u200d🔧"


def test_characters_are_composed():
    assert tidy_text("Mu\u0308ller") == "Müller"


@pytest.mark.parametrize("field", ["name", "notes", "email", "words"])
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\ud800"])
def test_control_characters_are_a_field_error(field, character):
    form = sent(**{field: f"a{character}b"})
    assert field in form.errors
    if field != "email":
        assert len(form.errors[field]) == 1


@pytest.mark.parametrize("field", ["name", "notes", "email", "number", "choice", "words"])
def test_a_megabyte_is_a_short_field_error(field):
    form = sent(**{field: "9" * 1_000_000})
    assert field in form.errors
    assert len(str(form.errors[field])) < 1000


def test_a_number_fits_its_column():
    assert sent(number="2147483647").is_valid()
    assert "number" in sent(number="2147483648").errors


def test_a_password_is_left_as_typed():
    password = " p\u202ea\u0308ss "
    form = sent(password=password)
    form.fields["password"].strip = False
    assert form.is_valid() and form.cleaned_data["password"] == password


def test_words_become_a_list():
    form = sent(words="abs,  hybrid ,abs,")
    assert form.is_valid() and form.cleaned_data["words"] == ["abs", "hybrid"]


@pytest.mark.parametrize("words", ["a,b,c,d", "much-too-long"])
def test_too_many_or_too_long_words_are_a_field_error(words):
    assert "words" in sent(words=words).errors


def test_words_are_shown_as_typed():
    assert 'value="abs, hybrid"' in str(Everything(initial={"words": ["abs", "hybrid"]})["words"])


def test_other_values_are_left_alone():
    form = Everything({"name": 5})
    assert form.is_valid() and form.cleaned_data["name"] == "5"


def test_line_breaks_and_tabs_are_no_control_characters():
    refuse_control_characters("one\n\ttwo")


def test_lines_become_a_list_and_keep_their_commas():
    form = sent(lines="chat, with pictures\r\n\n a report ")
    assert form.is_valid() and form.cleaned_data["lines"] == ["chat, with pictures", "a report"]
    assert "chat, with pictures\na report" in str(Everything(initial={"lines": form.cleaned_data["lines"]})["lines"])


@pytest.mark.parametrize("lines", ["1\n2\n3\n4", "longer than twenty characters", "9" * 1_000_000])
def test_too_many_or_too_long_lines_are_a_field_error(lines):
    assert "lines" in sent(lines=lines).errors


@pytest.mark.parametrize("domain", ["ü" * 60 + ".example", "a..example"])
def test_an_address_that_no_mail_can_go_to_is_a_field_error(domain):
    assert "email" in sent(email=f"carla@{domain}").errors


@pytest.mark.parametrize("domain", ["example.org", "bücher.example", "xn--bcher-kva.example"])
def test_other_scripts_are_fine_behind_the_at(domain):
    assert sent(email=f"carla@{domain}").is_valid()
