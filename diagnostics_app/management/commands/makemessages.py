"""makemessages, with the texts of the checklists: xgettext reads no TOML, so it is given them as Python for the time it runs."""

from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

from diagnostics_app.checklists import words

AS_PYTHON = Path(__file__).parents[2] / "steps" / "words_for_xgettext.py"


class Command(makemessages.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        AS_PYTHON.write_text(as_python(words()))
        try:
            super().handle(*args, **options)
        finally:
            AS_PYTHON.unlink()


def as_python(texts: list[str]) -> str:
    """Calls of gettext that xgettext finds."""
    return "\n".join(["from django.utils.translation import gettext_noop", *(f"gettext_noop({text!r})" for text in texts), ""])
