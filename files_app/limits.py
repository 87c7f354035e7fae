"""What may be sent, how much of it, and in which words it is refused. One table for pages, inspector and documentation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MB = 10**6
MOST_FILES = 10  # of one session
MOST_BYTES = 200 * MB  # of one session
LONGEST_NAME = 100  # characters
MOST_PIXELS = 40_000_000


class Kind(TextChoices):
    PHOTO = "photo", _("photo")
    VIDEO = "video", _("video")
    DOCUMENT = "document", _("document")


LARGEST = {Kind.PHOTO: 15 * MB, Kind.VIDEO: 100 * MB, Kind.DOCUMENT: 10 * MB}  # bytes
LARGEST_OF_ALL = max(LARGEST.values())

# What is served, by kind: everything else was made into one of these, or refused.
SERVED = {
    Kind.PHOTO: {"image/jpeg", "image/png", "image/webp"},
    Kind.VIDEO: {"video/mp4", "video/quicktime", "video/webm"},
    Kind.DOCUMENT: {"application/pdf"},
}


class Refusal(TextChoices):
    """Why a file was refused, in the customer's words."""

    EMPTY = "empty", _("This file is empty.")
    UNKNOWN = (
        "unknown",
        _("This is not a photo, a video or a PDF that we can show. Please send a JPEG, PNG, WebP, HEIC, MP4, MOV, WebM or PDF."),
    )
    DAMAGED = "damaged", _("This file is damaged or incomplete. Please send it again, or take a new picture.")
    TOO_LARGE = "too_large", _("This file is too large. Photos can have 15 MB, videos 100 MB, PDFs 10 MB.")
    TOO_MANY_PIXELS = "too_many_pixels", _("This picture has too many pixels. Please send it with at most 40 megapixels.")
    TOO_COMPLEX = "too_complex", _("This file is too complicated to be checked. Please send it as a plain photo, video or PDF.")
    ACTIVE = "active", _("This PDF does things by itself, such as running scripts or opening attachments. Please print it to a plain PDF.")
    ENCRYPTED = "encrypted", _("This PDF is locked with a password. Please send one that is not.")
    AMBIGUOUS = "ambiguous", _("This file is two kinds of file at once, so we cannot trust it. Please send a plain photo, video or PDF.")
    MALWARE = "malware", _("A virus scanner found something in this file, so we cannot keep it.")
