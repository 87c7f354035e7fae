"""VINs as people type them. The valid ones are built here, with serial numbers that no car has."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts_app.brands import MAKES
from requests_app import makes, vin


def with_check_digit(number: str) -> str:
    """The same VIN with the right character in position 9."""
    return number[:8] + vin.check_digit(number) + number[9:]


HONDA_2003 = "1HGCM82633A004352"
BUS_1989 = "1M8GDM9AXKP042788"  # its check digit is X
GOLF_1999 = "WVWZZZ1JZXW000001"


@pytest.fixture(autouse=True)
def november_2026(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize("number", [HONDA_2003, BUS_1989, HONDA_2003.lower(), " 1HG-CM826.33A 004352\n"])
def test_a_north_american_vin_with_its_check_digit_is_accepted(number: str) -> None:
    reading = vin.read(number)
    assert (reading.error, reading.warning) == ("", "")
    assert len(reading.vin) == 17


@pytest.mark.parametrize("place", range(11, 17))
def test_every_single_wrong_digit_in_a_north_american_vin_is_noticed(place: int) -> None:
    for wrong in set("0123456789") - {HONDA_2003[place]}:
        mistyped = HONDA_2003[:place] + wrong + HONDA_2003[place + 1 :]
        assert vin.read(mistyped).error.startswith("The check digit"), mistyped


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", "has 17 characters; this has 0"),
        ("1HGCM82633A00435", "this has 16"),
        ("1HGCM82633A0043521", "this has 18"),
        ("1HGCM82633AO04352", "never contains O"),
        ("IHGCM82633AQ04352", "never contains I, Q"),
        ("1HGCM82633A00435!", "letters A to Z and digits"),
        ("１" * 17, "letters A to Z and digits"),
        ("ß" * 9, "has 17 characters; this has 18"),
        ("\0" * 17, "letters A to Z and digits"),
    ],
)
def test_what_cannot_be_a_vin_is_refused_in_words(number: str, says: str) -> None:
    assert says in vin.read(number).error


def test_elsewhere_a_wrong_check_digit_is_a_warning() -> None:
    reading = vin.read(GOLF_1999)
    assert reading.error == ""
    assert "outside North America" in reading.warning
    assert reading.make == "Volkswagen"
    assert vin.read(with_check_digit(GOLF_1999)).warning == ""


@pytest.mark.parametrize(("start", "is_it"), [("1", True), ("2", True), ("3", True), ("4", True), ("5", True), ("7S", True), ("70", True)])
def test_north_america_owns_one_to_five_and_most_of_seven(start: str, is_it: bool) -> None:
    assert vin.is_north_american(start.ljust(17, "1")) is is_it


@pytest.mark.parametrize("start", ["7A", "7E", "6", "8", "9", "J", "W", "L", "K"])
def test_the_rest_of_the_world_is_not_north_america(start: str) -> None:
    assert not vin.is_north_american(start.ljust(17, "1"))


@pytest.mark.parametrize(
    ("number", "years"),
    [
        (HONDA_2003, [2003]),  # position 7 is a digit: 1980 to 2009
        (BUS_1989, [1989]),  # position 7 is a digit
        ("1FTFW1ET5DFA00000", [2013]),  # position 7 is a letter: 2010 to 2039
        ("1FTFW1ET5XFA00000", [1999]),  # a letter would mean 2029: not built yet
        ("JTHBK1GG4E2000000", [2014, 1984]),  # Japan: the newest first
        ("WVWZZZ1JZXW000001", [1999]),
        ("WVWZZZ1JZVW000001", [2027, 1997]),  # next year's model is on sale
        ("WVWZZZ1JZWW000001", [1998]),  # 2028 is not
        ("ZFA31200000123456", []),  # 0 is no year
    ],
)
def test_the_model_year_repeats_every_thirty_years(number: str, years: list[int]) -> None:
    assert vin.model_years(number) == years


def test_a_reading_carries_the_likeliest_year_and_admits_the_others() -> None:
    reading = vin.read("JTHBK1GG4E2000000")
    assert (reading.make, reading.year, reading.other_years) == ("Lexus", 2014, (1984,))


@given(st.text(max_size=40) | st.text(alphabet="ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17))
def test_nothing_that_is_typed_raises(text: str) -> None:
    reading = vin.read(text)
    assert len(reading.vin) <= 17
    assert reading.make in {"", *MAKES}


@pytest.mark.parametrize(
    ("company", "badge"),
    [
        ("Toyota Mexico", "Toyota"),
        ("FAW Toyota (Tianjin)", "Toyota"),
        ("Mercedes Benz", "Mercedes-Benz"),
        ("Fuji Heavy Industries", "Subaru"),
        ("Land Rover", "Land Rover"),
        ("Rover", "Rover"),
        ("Škoda", "Škoda"),
        ("KIA Myanmar", "Kia"),
        ("Hyundai/Kia", ""),  # either: better nothing than wrong
        ("General Motors", ""),
        ("Kenworth", ""),
        ("", ""),
    ],
)
def test_the_badge_of_a_company_is_named_only_without_doubt(company: str, badge: str) -> None:
    assert makes.badge(company) == badge
