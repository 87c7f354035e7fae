"""The badges that drivers know, and how to read one out of the name of a plant or company."""

import re

from accounts_app.brands import MAKES

# Spellings of companies whose name is not the badge on the car.
ALIASES = {
    "alfa": "Alfa Romeo",
    "avtovaz": "Lada",
    "citroen": "Citroën",
    "daimler ag (sprinter)": "Mercedes-Benz",
    "daimlerchrysler ag/daimler ag": "Mercedes-Benz",
    "fuji heavy industries": "Subaru",
    "gm": "",
    "mercedes": "Mercedes-Benz",
    "mercedes benz": "Mercedes-Benz",
    "micro compact car ag (smart 1998-1999)": "Smart",
    "opel/vauxhall": "Opel",
    "renault dacia": "Dacia",
    "renault samsung": "Renault",
    "rolls royce": "Rolls-Royce",
    "skoda": "Škoda",
    "vw": "Volkswagen",
}

_BADGE = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(make) for make in sorted(MAKES, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE)
_SPELLED = {make.casefold(): make for make in MAKES}


def badge(company: str) -> str:
    """The badge of a car built by `company` ("Toyota Mexico" -> "Toyota"), or "" when the name fits several badges or none.

    A wrong make on a mechanic's card costs more than an empty field, so doubt gives nothing.
    """
    name = " ".join(company.split()).casefold()
    if name in ALIASES:
        return ALIASES[name]
    found = {_SPELLED[match.casefold()] for match in _BADGE.findall(name)}
    return found.pop() if len(found) == 1 else ""
