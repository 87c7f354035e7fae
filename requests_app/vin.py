"""What a vehicle identification number says by itself.

Sources: ISO 3779 (seventeen characters, no I, O or Q), ISO 3780 (who owns which first characters),
49 CFR 565.15 (check digit in position 9, model year in position 10). Makes come from vininfo's list of manufacturers.
"""

import re
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _
from vininfo import Vin, VininfoException

from requests_app import makes

LENGTH = 17
YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"  # A = 1980 ... 9 = 2009, then again from 2010 (49 CFR 565.15, table VII)
FIRST_YEAR = 1980
CYCLE = len(YEAR_CODES)  # years

# 49 CFR 565.15(c): value of each character (table IV) and weight of each position (table V).
_LETTER_VALUES = (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9)
VALUES = {str(digit): digit for digit in range(10)} | dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", _LETTER_VALUES, strict=True))
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Reading:
    """What was read from one VIN.

    `error` says why it cannot be a VIN; `warning` says what could not be verified. Both are sentences for the driver, or "".
    `year` is the likeliest model year; `other_years` are those which the same letter could mean as well. Unknown facts are "" or None.
    """

    vin: str
    error: str = ""
    warning: str = ""
    make: str = ""
    model: str = ""
    year: int | None = None
    other_years: tuple[int, ...] = ()


def read(text: str) -> Reading:
    """Reads a VIN as a person types it (any case, with spaces or hyphens). Never raises; look at `error` first."""
    vin = normalise(text)
    if error := shape_error(vin) or check_digit_error(vin):
        return Reading(vin=vin[:LENGTH], error=error)
    likeliest, *others = model_years(vin) or [None]
    return replace(_maker(vin), warning=_warning(vin), year=likeliest, other_years=tuple(others))


def normalise(text: str) -> str:
    """Upper case, without the spaces, dots and hyphens that people copy along."""
    return re.sub(r"[\s.\-\u2010-\u2015]", "", text).upper()


def shape_error(vin: str) -> str:
    """Why this is not seventeen allowed characters, or ""."""
    if len(vin) != LENGTH:
        return _("A VIN has 17 characters; this has %(count)s.") % {"count": len(vin)}
    if confused := sorted(set(vin) & set("IOQ")):
        return _("A VIN never contains %(letters)s. Is it the digit 1 or 0?") % {"letters": ", ".join(confused)}
    if not set(vin) <= VALUES.keys():
        return _("A VIN consists of the letters A to Z and digits only.")
    return ""


def check_digit_error(vin: str) -> str:
    """Why a North American VIN is mistyped, or "". Elsewhere position 9 is the maker's own business."""
    if is_north_american(vin) and not has_valid_check_digit(vin):
        return _("The check digit of this VIN does not fit: at least one character is wrong. Please compare it with the car.")
    return ""


def is_north_american(vin: str) -> bool:
    """True for the USA, Canada and Mexico: 1 to 5, and since 2020 also 7F to 70 (ISO 3780; 7A to 7E are New Zealand)."""
    return vin[0] in "12345" or (vin[0] == "7" and vin[1] not in "ABCDE")


def check_digit(vin: str) -> str:
    """The character that position 9 should hold: the weighted sum modulo 11, where 10 is written X (49 CFR 565.15(c))."""
    total = sum(VALUES[character] * weight for character, weight in zip(vin, WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def has_valid_check_digit(vin: str) -> bool:
    return vin[8] == check_digit(vin)


def model_years(vin: str) -> list[int]:
    """The model years that position 10 can mean, the likeliest first; [] when it says nothing.

    The code repeats every 30 years. For North American cars and light trucks position 7 decides: a digit is 1980 to 2009, a letter
    2010 to 2039 (49 CFR 565.15(d)(1)). Elsewhere, and where position 7 points beyond next year, the newest possible year comes
    first: most cars on the road are younger than 30 years. A maker may sell next year's model, not a later one.
    """
    if vin[9] not in YEAR_CODES:
        return []
    first = FIRST_YEAR + YEAR_CODES.index(vin[9])
    possible = [year for year in (first + CYCLE, first) if year <= timezone.now().year + 1]
    if is_north_american(vin):
        decided = first if vin[6].isdigit() else first + CYCLE
        return [decided] if decided in possible else possible
    return possible


def _warning(vin: str) -> str:
    if has_valid_check_digit(vin):
        return ""
    return _("This VIN cannot be verified by its check digit, as is usual outside North America. Please compare it with the car once more.")


def _maker(vin: str) -> Reading:
    """Make, and model for the few makers that vininfo can decode further."""
    try:
        decoded = Vin(vin)
        company = decoded.manufacturer
        model = decoded.details.model.name if decoded.details else ""
    except (VininfoException, ValueError, LookupError, AttributeError):  # tables of many makers: one bad row must not cost the form
        return Reading(vin=vin)
    return Reading(vin=vin, make=makes.badge(company), model=model if isinstance(model, str) else "")
