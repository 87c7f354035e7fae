"""The checklists are data: sound, complete, safety first, and found by translators."""

import tomllib
from itertools import takewhile

import pytest

from diagnostics_app import checklists
from diagnostics_app.apps import checklists_are_sound
from diagnostics_app.checklists import SEVERITIES, lists, steps, steps_for, words
from diagnostics_app.management.commands.makemessages import as_python
from diagnostics_app.models import Check
from requests_app.concerns import Category
from sessions_app.models import Report


def test_every_kind_of_trouble_has_a_sound_checklist():
    assert list(checklists_are_sound()) == []
    assert set(lists()) == set(Category.values)
    assert len(steps()) > 90


@pytest.mark.parametrize("category", Category.values)
def test_every_list_is_long_enough_and_names_each_step_once(category):
    found = [step.key for step in steps_for(category)]
    assert 6 <= len(found) <= 12
    assert len(set(found)) == len(found)


def test_a_kind_of_trouble_without_a_list_gets_the_look_around_the_car():
    assert steps_for("") == steps_for("rust") == lists()["other"]


def test_severities_are_those_of_a_report_in_rising_order():
    assert list(SEVERITIES) == Report.Severity.values


def test_keys_fit_into_the_column():
    longest = Check._meta.get_field("step").max_length
    assert all(len(key) <= longest for key in steps())


def test_every_list_but_the_advice_begins_with_safety():
    for category, listed in lists().items():
        first = [step.key for step in listed[:2]]
        assert "safe-place" in first, category


def test_what_is_only_tried_on_the_road_comes_after_what_could_make_it_dangerous():
    """In the list for brakes: pedal, fluid and hoses before anybody drives."""
    before_driving = list(takewhile(lambda step: step.key != "brakes-heat", steps_for("brakes")))
    assert {step.key for step in before_driving if step.danger} == {"brakes-pedal", "brakes-fluid", "brakes-hoses"}


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"key": "a"}, "has no title"),
        ({"key": "a", "title": "A", "question": "?", "look": "x", "points_to": "y", "colour": "red"}, '"colour", which nothing reads'),
        ({"key": "a", "evidence": ["smell"]}, 'wants "smell" as evidence'),
        ({"key": "a", "severity": "bad"}, 'is "bad"'),
        ({"key": "a", "danger": True, "severity": "soon"}, "is a danger and not critical"),
    ],
)
def test_a_step_with_a_mistake_is_named(table, complaint):
    assert any(complaint in fault for fault in checklists.faults_of(table))


@pytest.fixture
def other_files(tmp_path, monkeypatch):
    """A folder of lists with mistakes in it, in place of ours."""

    def write(**files: str) -> None:
        for name, text in files.items():
            tomllib.loads(text)
            (tmp_path / f"{name}.toml").write_text(text)

    monkeypatch.setattr(checklists, "FOLDER", tmp_path)
    checklists.tables.cache_clear()
    yield write
    checklists.tables.cache_clear()


def test_missing_needless_doubled_and_unknown_are_told_in_sentences(other_files):
    step = '[[step]]\nkey = "a"\ntitle = "A"\nquestion = "?"\nlook = "x"\npoints_to = "y"\n'
    other_files(common=step.replace('"a"', '"c"'), brakes=step + step + '[[step]]\nuse = "d"\n', rust=step.replace('"a"', '"b"'))
    told = " ".join(checklists.problems(["brakes", "noise"]))
    assert "steps/noise.toml is missing." in told
    assert "steps/rust.toml is for no kind of trouble." in told
    assert 'The key "a" is there 2 times.' in told
    assert 'steps/brakes.toml uses "d", which is not in common.toml.' in told
    assert 'No list uses "c" of common.toml.' in told
    assert "steps/brakes.toml has 3 steps, not 6 to 12." in told


def test_translators_find_every_text():
    source = as_python(words())
    assert len(words()) > 400
    calls = {}
    exec(source.replace("from django.utils.translation import gettext_noop", ""), {"gettext_noop": lambda text: calls.update({text: 1})})
    assert set(calls) == set(words())
    assert steps()["brakes-pedal"].question in calls
