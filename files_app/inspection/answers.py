"""What an inspection can end in."""

from dataclasses import dataclass
from pathlib import Path

from files_app.limits import Kind, Refusal


@dataclass(frozen=True)
class Found:
    """A clean copy. Its paths lie in the folder that was given; the original is not needed any more."""

    kind: Kind
    content_type: str  # as found, one of limits.SERVED
    path: Path
    thumbnail: Path | None  # a JPEG of at most 480 px; always there for a photo, for a video only when ffmpeg is on the machine
    width: int | None  # pixels, as shown: after the orientation was applied; None for a document
    height: int | None
    sha256: str  # of the clean copy


@dataclass(frozen=True)
class Refused:
    """Not to be shown; why, in the customer's words, is `code.label`."""

    code: Refusal


class Refuse(Exception):
    """Ends an inspection, from however deep inside."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code
