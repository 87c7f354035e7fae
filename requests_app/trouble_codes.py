"""Diagnostic trouble codes such as P0420: found in free text and put into plain words.

The structure is that of SAE J2012 (ISO 15031-6): a letter for the system, a digit that says whose list it is on,
a digit for the subsystem and two more for the fault; all but the first two may be hexadecimal.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from requests_app.trouble_code_words import WORDS

MOST = 20  # a scan of a flat battery can list fifty; more than this helps nobody on a card

SYSTEMS = {"P": _("Engine and transmission"), "B": _("Body"), "C": _("Chassis"), "U": _("Data lines")}

GENERIC, MAKER, RESERVED = "generic", "maker", "reserved"
ORIGINS = {GENERIC: _("the same for every make"), MAKER: _("the maker's own code"), RESERVED: _("not on the common list")}

# The first two characters after the letter, longest match first.
SUBSYSTEMS: dict[str, str | Promise] = {
    "P00": _("fuel, air and exhaust cleaning"),
    "P01": _("fuel and air"),
    "P02": _("fuel and air, injectors"),
    "P03": _("ignition and misfires"),
    "P04": _("exhaust cleaning"),
    "P05": _("speed and idle control"),
    "P06": _("computers and their outputs"),
    "P07": _("transmission"),
    "P08": _("transmission"),
    "P09": _("transmission"),
    "P0": _("hybrid and electric drive"),
    "P20": _("fuel, air and exhaust cleaning"),
    "P21": _("fuel, air and exhaust cleaning"),
    "P22": _("fuel, air and exhaust cleaning"),
    "P23": _("ignition and misfires"),
    "P24": _("exhaust cleaning"),
    "P25": _("further sensors"),
    "P26": _("computers and further outputs"),
    "P27": _("transmission"),
    "P28": _("transmission"),
    "P29": _("transmission"),
    "P2": _("fuel, air and exhaust cleaning"),
    "P34": _("cylinder shut-off"),
    "B00": _("airbags and seat belts"),
    "B": _("comfort, lights and safety in the cabin"),
    "C00": _("brakes and stability"),
    "C": _("brakes, steering and suspension"),
    "U00": _("wiring of the data lines"),
    "U01": _("lost connection between computers"),
    "U02": _("lost connection between computers"),
    "U03": _("programs that do not fit together"),
    "U04": _("implausible data from a computer"),
    "U05": _("implausible data from a computer"),
    "U": _("connection between computers"),
    "P": _("engine or transmission"),
}

# A letter, perhaps one separator, four characters; neither inside a longer word or part number, nor with more than a two-digit
# failure type (ISO 15031-6, "U0100-87") behind it. "PO420" with the letter O is the commonest way to mistype a code.
_CODE = re.compile(r"(?<!\w)(?<!\w-)([PBCU])([\s\-\u2010-\u2015.]?)([0-3O][0-9A-F]{3})(?!\w)(?!-\w{3})", re.IGNORECASE)
_YEAR = re.compile(r"19\d\d|20\d\d")
# Cars whose name has the shape of a code.
_NAMES_OF_CARS = frozenset({"B2000", "B2200", "B2300", "B2500", "B2600", "B3000", "C1500", "C2500", "C3500", "P1800"})


@dataclass(frozen=True)
class TroubleCode:
    """One code, explained. `meaning` is a sentence for any code; `is_known` says whether it is about this very code."""

    code: str
    system: str | Promise
    subsystem: str | Promise
    origin: str
    meaning: str | Promise
    is_known: bool

    @property
    def origin_words(self) -> str | Promise:
        return ORIGINS[self.origin]


def find(text: str) -> list[str]:
    """The codes in a text as people write them ("p0420", "P 0420", "P-0420"), in order, each once, at most MOST."""
    return list(dict.fromkeys(code for match in _CODE.finditer(text) if (code := _code_of(match))))[:MOST]


def explain(code: str) -> TroubleCode:
    """What a code such as "P0420" says. Raises ValueError for anything that is not one code."""
    if find(code) != [code]:
        raise ValueError(f"{code!r} is not a trouble code")
    origin, subsystem = _origin(code), _subsystem(code)
    meaning = WORDS.get(code) or _general_meaning(origin, subsystem)
    return TroubleCode(code, SYSTEMS[code[0]], subsystem, origin, meaning, is_known=code in WORDS)


def explain_all(text: str) -> list[TroubleCode]:
    """Every code found in `text`, explained, in order."""
    return [explain(code) for code in find(text)]


def _code_of(match: re.Match[str]) -> str:
    """The code that was meant, or "" when it looks like one by accident."""
    letter, separator, digits = match[1].upper(), match[2], match[3].upper()
    code = letter + digits.replace("O", "0")
    by_accident = (
        code in _NAMES_OF_CARS
        or (digits.startswith("O") and code not in WORDS)
        or (separator and letter != "P" and _YEAR.fullmatch(digits))  # "Mercedes C 2012" is a car, not a fault
    )
    return "" if by_accident else code


def _origin(code: str) -> str:
    """Whose list the code is on (SAE J2012, the table of groups). P3 is split: the maker's up to P33FF."""
    letter, group = code[0], code[1]
    if group == "3":
        if letter == "P":
            return MAKER if code < "P3400" else GENERIC
        return GENERIC if code.startswith("U30") else RESERVED
    return GENERIC if group == "0" or (letter == "P" and group == "2") else MAKER


def _subsystem(code: str) -> str | Promise:
    """What the second digit says. Makers keep the order of the generic list in P1, and nothing binds them elsewhere."""
    generic = "P0" + code[2:] if code.startswith("P1") else code
    return next(SUBSYSTEMS[generic[:length]] for length in (3, 2, 1) if generic[:length] in SUBSYSTEMS)


def _general_meaning(origin: str, subsystem: str | Promise) -> str | Promise:
    if origin == MAKER:
        return format_lazy(_("A code of the maker's own, about {subsystem}: your mechanic can look it up"), subsystem=subsystem)
    return format_lazy(_("A fault in this area: {subsystem}"), subsystem=subsystem)
