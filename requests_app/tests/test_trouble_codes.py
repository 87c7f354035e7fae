"""Codes in free text, and what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app import trouble_codes
from requests_app.trouble_code_words import WORDS


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The scanner says P0420.", ["P0420"]),
        ("p0420", ["P0420"]),
        ("P 0420 and p-0171", ["P0420", "P0171"]),
        ("P0420/P0430,C0040;U0100", ["P0420", "P0430", "C0040", "U0100"]),
        ("(B0001)", ["B0001"]),
        ("- P0301\n-P0302", ["P0301", "P0302"]),
        ("P0A80 and p203f", ["P0A80", "P203F"]),
        ("U0100-87 with a failure type", ["U0100"]),
        ("PO420, typed with a letter O", ["P0420"]),
        ("P0301, P0300, p0301 again", ["P0301", "P0300"]),
        ("Fehler P0420: Auspuff", ["P0420"]),
    ],
)
def test_codes_are_found_as_people_write_them(text: str, codes: list[str]) -> None:
    assert trouble_codes.find(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no codes here",
        "WVWZZZ1P0420W1234",  # inside a VIN
        "XP0420",
        "P04201",
        "P4420",  # the second character is 0 to 3
        "P042G",
        "part 12-P0420-ABC",
        "P.O. Box 123",
        "COCOA",
        "a Mercedes C 2012",
        "my Volvo P1800",
        "Mazda B2200",
        "Chevrolet C1500",
        "PO999 purchase order",
        "éP0420é",
        "snake_P0420",
    ],
)
def test_what_is_not_a_code_is_left_alone(text: str) -> None:
    assert trouble_codes.find(text) == []


def test_a_flood_of_codes_is_cut() -> None:
    text = " ".join(f"P{number:04d}" for number in range(300))
    assert trouble_codes.find(text) == [f"P{number:04d}" for number in range(trouble_codes.MOST)]


@pytest.mark.parametrize(
    ("code", "system", "origin", "subsystem"),
    [
        ("P0420", "Engine and transmission", "generic", "exhaust cleaning"),
        ("P0301", "Engine and transmission", "generic", "ignition and misfires"),
        ("P0730", "Engine and transmission", "generic", "transmission"),
        ("P0A80", "Engine and transmission", "generic", "hybrid and electric drive"),
        ("P1345", "Engine and transmission", "maker", "ignition and misfires"),
        ("P2714", "Engine and transmission", "generic", "transmission"),
        ("P33FF", "Engine and transmission", "maker", "engine or transmission"),
        ("P3400", "Engine and transmission", "generic", "cylinder shut-off"),
        ("B0001", "Body", "generic", "airbags and seat belts"),
        ("B1342", "Body", "maker", "comfort, lights and safety in the cabin"),
        ("B3055", "Body", "reserved", "comfort, lights and safety in the cabin"),
        ("C0040", "Chassis", "generic", "brakes and stability"),
        ("C2100", "Chassis", "maker", "brakes, steering and suspension"),
        ("U0100", "Data lines", "generic", "lost connection between computers"),
        ("U1000", "Data lines", "maker", "connection between computers"),
        ("U3000", "Data lines", "generic", "connection between computers"),
        ("U3100", "Data lines", "reserved", "connection between computers"),
    ],
)
def test_the_structure_of_any_code_is_read(code: str, system: str, origin: str, subsystem: str) -> None:
    explained = trouble_codes.explain(code)
    assert (str(explained.system), explained.origin, str(explained.subsystem)) == (system, origin, subsystem)
    assert explained.origin_words and str(explained.meaning)


def test_a_common_code_has_its_own_words_and_an_unknown_one_says_where_to_look() -> None:
    assert "catalytic converter" in str(trouble_codes.explain("P0420").meaning)
    assert str(trouble_codes.explain("P0302").meaning) == "Cylinder 2 misfires"
    assert not trouble_codes.explain("P0999").is_known
    assert str(trouble_codes.explain("P0999").meaning) == "A fault in this area: transmission"
    assert "maker's own" in str(trouble_codes.explain("P1999").meaning)


@pytest.mark.parametrize("nonsense", ["", "p0420", "P042", "P0420 ", "P0420 P0430", "X0420", "\0"])
def test_only_one_whole_code_is_explained(nonsense: str) -> None:
    with pytest.raises(ValueError, match="not a trouble code"):
        trouble_codes.explain(nonsense)


def test_there_are_words_for_the_common_codes() -> None:
    assert len(WORDS) >= 200
    for code, words in WORDS.items():
        assert trouble_codes.explain(code).origin == "generic", f"{code} is not a generic code"
        assert 10 < len(str(words)) < 120, f"{code} is not one short sentence"


@given(st.text(max_size=300))
def test_any_text_can_be_searched_and_every_find_explained(text: str) -> None:
    for explained in trouble_codes.explain_all(text):
        assert str(explained.meaning)
