from requests_app import safety


def test_every_question_has_advice_that_says_what_to_do() -> None:
    assert {danger.code for danger in safety.DANGERS} == {"brakes", "fuel", "fire", "steering"}
    for danger in safety.DANGERS:
        assert len(str(danger.advice)) > 40
        assert str(danger.question) and str(danger.short)


def test_answers_become_dangers_in_the_order_of_asking() -> None:
    assert [danger.code for danger in safety.dangers(["steering", "brakes"])] == ["brakes", "steering"]


def test_unknown_answers_say_nothing() -> None:
    assert safety.dangers(["", "<script>", "tyres"]) == []
    assert safety.dangers([]) == []


def test_a_label_is_known_or_the_code_itself() -> None:
    assert safety.label("fuel") == "Fuel smell"
    assert safety.label("older") == "older"
