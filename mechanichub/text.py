"""Text that people send us, made safe to store and to show. Used by forms, and by whatever takes text without a form."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LINE_LENGTH = 200  # characters in a text of one line, where a field sets no limit of its own
TEXT_LENGTH = 5000  # characters in a text of several lines, likewise

# Marks that turn the direction of what follows (a name could then rewrite the sentence around it), and characters nobody can see.
# Joiners (U+200C, U+200D) stay: Persian words and emoji need them.
_UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LINE_BREAKS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# The categories Cc and Cs of Unicode, without tab and line break. As an expression, because a megabyte is looked through as well.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def tidy_text(text: str) -> str:
    """Several lines: composed characters (NFC), `\\n` as the only line break, nothing unseen, no space at the ends."""
    return unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", _UNSEEN.sub("", text))).strip()


def tidy_line(text: str) -> str:
    """One line: like `tidy_text`, and every run of spaces, tabs and line breaks becomes one space."""
    return _SPACES.sub(" ", tidy_text(text)).strip()


def refuse_control_characters(text: str) -> None:
    """A validator: NUL and its kin cannot be stored or shown, and half a surrogate pair cannot be encoded.

    Raises:
        ValidationError: one of them is in the text; line breaks and tabs are fine.
    """
    if _UNSHOWABLE.search(str(text)):
        raise ValidationError(_("This holds characters that cannot be shown. Please type it again."), code="control_characters")
