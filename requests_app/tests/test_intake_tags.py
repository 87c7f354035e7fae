"""How an intake is put into words wherever it is shown."""

from requests_app.templatetags import intake


def test_stored_codes_are_explained_and_what_is_no_code_is_left_out() -> None:
    assert [code.code for code in intake.explained(["P0302", "junk", "", "P1234"])] == ["P0302", "P1234"]
    assert intake.explained([]) == []


def test_dangers_and_categories_have_labels_and_unknown_ones_stay_as_they_are() -> None:
    assert intake.danger_labels(["fire", "older"]) == ["Smoke or fire", "older"]
    assert intake.category_label("starting") == "It does not start"
    assert intake.category_label("") == ""
    assert intake.category_label("older") == "older"
